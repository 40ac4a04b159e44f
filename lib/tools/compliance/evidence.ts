import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import type { EnvironmentStacks } from '../../platform/platform';
import type { Compliance } from '.';
import { STAND_INS } from '../../assembly/answers';
import { SHARED, type SynthesizedAssembly, stacksOf } from '../../assembly/assembly';
import { objectsOf, readReleases } from '../../assembly/releases';
import { MANIFEST_PACK, checkManifests } from './manifest-checks';
import {
  type PackReport,
  type ReportHeader,
  findingRows,
  manifestRows,
  packRows,
  toCsv,
  toJson,
  toMarkdown,
} from './report';
import { toPage } from './report-page';

/** Name of the report about the stacks that environments share. */
const SHARED_REPORT = 'registry';

export interface EvidenceProps {
  /** What the checks of the synth have recorded. */
  readonly compliance: Compliance;

  /** Environments, each of which gets a report; so do the stacks that they share. */
  readonly environments: readonly EnvironmentStacks[];

  /** What the app that `compliance` has checked left behind. */
  readonly assembly: SynthesizedAssembly;

  /** Commit of the working tree, and whether anything differs from it. */
  readonly commit: string;

  /** Versions of what has checked, by the name of the package or program. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What an auditor gets about one environment. */
export interface Evidence {
  readonly header: ReportHeader;
  readonly packs: readonly PackReport[];

  /** Content of every file of the report, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Reports of every environment and of what they share, from one synth. */
export function evidence({ compliance, environments, assembly, commit, versions }: EvidenceProps): Evidence[] {
  const { recorder, templateRules, applied } = compliance;
  const { validation } = assembly;
  if (!validation) throw new Error(`Nothing has checked the assembly in ${assembly.directory}`);
  const rows = new Map(
    [...recorder.rules.keys()].map((pack) => [pack, packRows(pack, recorder.evaluations, validation, applied)]),
  );
  const templateFindings = findingRows(templateRules.name, validation, (at) => at.split('/')[0] ?? at, applied);

  return [...environments.map(({ environment }) => environment.config.name), SHARED].map((name) => {
    const stacks = stacksOf(assembly, name).map((stack) => stack.name);
    const own = (stack: string) => stacks.includes(stack);
    const packs: PackReport[] = [...rows].map(([pack, all]) => ({
      pack,
      rows: all.filter(({ stack }) => own(stack)),
      notApplicable: [...(recorder.notApplicable.get(pack) ?? [])].reduce(
        (sum, [stack, evaluations]) => sum + (own(stack) ? evaluations : 0),
        0,
      ),
      complete: true,
    }));
    packs.push({
      pack: templateRules.name,
      rows: templateFindings.filter(({ stack }) => own(stack)),
      notApplicable: 0,
      complete: false,
    });
    const environment = environments.find((one) => one.environment.config.name === name);
    if (environment) packs.push(inTheCluster(environment, assembly, compliance));
    const templates = stacks.sort().map((stack): [string, string] => {
      const template = fs.readFileSync(path.join(assembly.directory, `${stack}.template.json`));
      return [stack, createHash('sha256').update(template).digest('hex')];
    });
    const header = {
      environment: name === SHARED ? SHARED_REPORT : name,
      commit,
      versions,
      templates: Object.fromEntries(templates),
    };
    return { header, packs, files: files(header, packs) };
  });
}

function inTheCluster(
  { workloads }: EnvironmentStacks,
  assembly: SynthesizedAssembly,
  { applied }: Compliance,
): PackReport {
  const manifests = readReleases(assembly, STAND_INS)
    .filter(({ stack }) => stack === workloads.stackName)
    .flatMap(objectsOf);
  const { evaluations, notApplicable } = checkManifests(manifests, workloads.stackName);
  const own = applied.filter(({ id, at }) => id.startsWith(`${MANIFEST_PACK}::`) && at.node.scopes.includes(workloads));
  return { pack: MANIFEST_PACK, rows: manifestRows(evaluations, own), notApplicable, complete: true };
}

function files(header: ReportHeader, packs: readonly PackReport[]): Record<string, string> {
  return {
    ...Object.fromEntries(
      packs.flatMap((report) => {
        const name = report.pack.replaceAll(' ', '-');
        return [
          [`${name}.csv`, toCsv(report)],
          [`${name}.json`, toJson(header, report)],
        ];
      }),
    ),
    'index.html': toPage(header, packs),
    'summary.md': toMarkdown(header, packs),
  };
}
