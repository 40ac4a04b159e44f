import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { parse, stringify } from 'yaml';
import { CONFIGS, loadEnvironments } from '../../../lib/config';
import { ENVIRONMENTS, type EnvironmentConfig, type EnvironmentName } from '../../../lib/config/environment';
import { type Values, mergeValues } from '../../../lib/config/values';
import { type EnvironmentStacks, addPlatform } from '../../../lib/platform';
import { type Assembly, readAssembly, selectEnvironments } from '../../../lib/review/assembly';

/** Day of all tests. */
export const TODAY = '2026-11-23';

const REPOSITORY = path.join(__dirname, '..', '..', '..');
const { context } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'cdk.json'), 'utf8')) as { context: object };

/** A small change of the repository. */
export interface Edit {
  /** Environment to build; a change of both is compared in one. */
  readonly environment?: EnvironmentName;

  readonly config?: (config: EnvironmentConfig) => EnvironmentConfig;

  /** Laid over values-<env>.yaml; null takes a key away. */
  readonly values?: Values;

  /** Texts to replace in files of the chart, by file. */
  readonly chart?: Readonly<Record<string, readonly [string | RegExp, string]>>;

  /** A change of the code below lib/. */
  readonly code?: (stacks: EnvironmentStacks) => void;
}

/** Stacks of one environment with an edit, synthesized in this process. */
export function build({ environment = 'dev', config = (same) => same, values, chart, code }: Edit = {}): Assembly {
  const folder = chartWith(environment, values, chart);
  const app = new cdk.App({
    outdir: fs.mkdtempSync(path.join(os.tmpdir(), 'erp-bench-')),
    context: {
      ...context,
      'aws:cdk:bundling-stacks': [],
      'aws:cdk:disable-asset-staging': true,
      // Its report would go to the console, once per case.
      '@aws-cdk/core:annotationsInValidationReport': false,
    },
  });
  // Environments share the registry, so a service that only one of them loses keeps its repository.
  const others = values ? ENVIRONMENTS.filter((name) => name !== environment).map((name) => CONFIGS[name]) : [];
  const environments = loadEnvironments([config(CONFIGS[environment]), ...others], folder);
  const [stacks] = addPlatform(app, { environments, today: TODAY });
  code?.(stacks!);
  const assembly = selectEnvironments(readAssembly(app.synth().directory), [environment]);
  fs.rmSync(app.outdir, { recursive: true });
  return chart ? withChart(assembly, folder) : assembly;
}

/** A copy of the chart with an edit. */
function chartWith(environment: EnvironmentName, values: Values = {}, chart: Edit['chart'] = {}): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-chart-'));
  fs.cpSync(path.join(REPOSITORY, 'chart'), folder, { recursive: true });
  const edit = (file: string, change: (text: string) => string) => {
    const name = path.join(folder, file);
    const text = fs.readFileSync(name, 'utf8');
    const changed = change(text);
    if (changed === text) throw new Error(`the edit of ${file} finds nothing to change`);
    fs.writeFileSync(name, changed);
  };
  if (Object.keys(values).length > 0) {
    edit(`values-${environment}.yaml`, (text) => stringify(mergeValues(parse(text) as Values, values)));
  }
  for (const [file, [from, to]] of Object.entries(chart)) edit(file, (text) => text.replace(from, to));
  return folder;
}

/** The assembly with another folder, and so another hash, as the asset of its chart. */
function withChart(assembly: Assembly, folder: string): Assembly {
  const hash = 'c'.repeat(64);
  const stacks = assembly.stacks.map((stack) => {
    const template = JSON.parse(
      JSON.stringify(stack.template).replace(/[0-9a-f]{64}(?=\.zip"\},"Wait")/g, hash),
    ) as typeof stack.template;
    return { ...stack, template, resources: template.Resources as typeof stack.resources };
  });
  return { ...assembly, stacks, assets: new Map([...assembly.assets, [hash, folder]]) };
}
