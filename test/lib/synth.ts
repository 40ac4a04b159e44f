import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import type * as cdk from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { parse, stringify } from 'yaml';
import type { KubectlSource } from '../../lib/platform/cluster/kubectl-layer';
// eslint-disable-next-line @typescript-eslint/no-restricted-imports -- made to read the frozen values
import * as shipped from '../../lib/config';
import type { EnvironmentConfig } from '../../lib/config/environment';
import { REAPPLY_CONTEXT } from '../../lib/config/reapply';
import { type Values, mergeValues } from '../../lib/config/values';
import { LOOK_CONTEXT, buildApp } from '../../lib/assembly/app';
import type { Manifest } from '../../lib/assembly/kubernetes/manifests';
import type { EnvironmentStacks } from '../../lib/platform/platform';
import { copyFrozenChart } from '../fixtures/chart';
import { CONFIGS } from '../fixtures/configs';

export { CONFIGS };
export type EnvironmentName = keyof typeof CONFIGS;

export const REPOSITORY = path.join(__dirname, '..', '..');

const folders: string[] = [];
afterAll(() => folders.splice(0).forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-test-'));
  folders.push(folder);
  return folder;
}

/** The chart with the frozen services and values files in place of the shipped ones. */
export const CHART = temporaryFolder();
copyFrozenChart(CHART);

/** Configs with the values files that belong to the frozen ones, unless another chart has its own. */
export function loadEnvironments(configs: readonly EnvironmentConfig[], chart = CHART) {
  return shipped.loadEnvironments(configs, chart);
}

type Partially<T> = T extends object ? { readonly [K in keyof T]?: Partially<T[K]> } : T;

/** A frozen config with changes laid over it. */
export function config(name: EnvironmentName, changes: Partially<EnvironmentConfig> = {}): EnvironmentConfig {
  return mergeValues(CONFIGS[name] as unknown as Values, changes as Values) as unknown as EnvironmentConfig;
}

/** A copy of the chart whose `values-<environment>.yaml` has changes laid over it. */
export function chartWith(environment: EnvironmentName, changes: Values): string {
  const folder = temporaryFolder();
  fs.cpSync(CHART, folder, { recursive: true });
  const file = path.join(folder, `values-${environment}.yaml`);
  fs.writeFileSync(file, stringify(mergeValues(parse(fs.readFileSync(file, 'utf8')), changes)));
  return folder;
}

export interface SynthOptions {
  readonly configs?: readonly EnvironmentConfig[];

  /** Folder of the chart whose values are read. */
  readonly chart?: string;

  readonly today?: string;
  readonly kubectl?: KubectlSource;

  /** What the command line says behind `-c reapply=`. */
  readonly reapply?: string;
}

export interface Synth {
  readonly app: cdk.App;
  readonly environments: EnvironmentStacks[];
  template(stack: string): Template;
  assembly(): ReturnType<cdk.App['synth']>;
}

/** The app as bin/erp.ts builds it. */
export function synth({
  configs = [CONFIGS.dev],
  chart,
  today = '2026-11-23',
  kubectl,
  reapply,
}: SynthOptions = {}): Synth {
  const { app, environments } = buildApp({
    environments: () => loadEnvironments(configs, chart),
    today,
    kubectl,
    // Copies of assets only cost time.
    context: { ...LOOK_CONTEXT, 'aws:cdk:disable-asset-staging': true, [REAPPLY_CONTEXT]: reapply },
    app: { outdir: temporaryFolder(), analyticsReporting: false, treeMetadata: false },
  });
  let assembly: ReturnType<cdk.App['synth']> | undefined;
  return {
    app,
    environments,
    template: (stack) => Template.fromStack(app.node.findChild(stack) as cdk.Stack),
    assembly: () => (assembly ??= app.synth()),
  };
}

/** Resources of a type, by logical id. */
export function resources(template: Template, type: string, properties?: object): Record<string, Resource> {
  return template.findResources(type, properties && { Properties: Match.objectLike(properties) }) as Record<
    string,
    Resource
  >;
}

export interface Resource {
  readonly Type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a template is JSON of any shape
  readonly Properties: any;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
}

/** Properties of the only resource of a type. */
export function only(template: Template, type: string, properties?: object): Resource {
  const found = Object.values(resources(template, type, properties));
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** The Helm values of a release, with tokens replaced by placeholders: readable ones, unless a function makes others. */
export function helmValues(template: Template, release: string, placeholder = (token: string) => `<${token}>`) {
  const { Values } = only(template, 'Custom::AWSCDK-EKS-HelmChart', { Release: release }).Properties;
  return parseWithTokens(Values, placeholder);
}

/** Objects that a stack applies beside its releases, each with the logical id of the resource that applies it. */
export function appliedObjects(template: Template, placeholder = (token: string) => `<${token}>`): AppliedObject[] {
  return Object.entries(resources(template, 'Custom::AWSCDK-EKS-KubernetesResource')).flatMap(([id, { Properties }]) =>
    (parseWithTokens(Properties.Manifest, placeholder) as AppliedObject['object'][]).map((object) => ({ id, object })),
  );
}

export interface AppliedObject {
  readonly id: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as for the properties of a resource
  readonly object: Manifest & Record<string, any>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of any shape
function parseWithTokens(text: any, placeholder: (token: string) => string) {
  const parts: unknown[] = typeof text === 'string' ? [text] : text['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : placeholder(describeToken(part)))).join(''));
}

function describeToken(token: unknown): string {
  return JSON.stringify(token).replaceAll('"', "'");
}

/** Everything a resource depends on, directly or not, by logical id. */
export function upstream(template: Template, logicalId: string): Set<string> {
  const { Resources } = template.toJSON() as { Resources: Record<string, Resource> };
  const seen = new Set<string>();
  const visit = (id: string) => {
    const text = JSON.stringify(Resources[id]?.Properties ?? {});
    const direct = [
      ...(Resources[id]?.DependsOn ?? []),
      ...[...text.matchAll(/"Ref":"([^"]+)"|"Fn::GetAtt":\["([^"]+)"/g)].map((match) => match[1] ?? match[2] ?? ''),
    ];
    for (const next of direct) {
      if (Resources[next] && !seen.has(next)) {
        seen.add(next);
        visit(next);
      }
    }
  };
  visit(logicalId);
  return seen;
}

/** Kubectl and Helm of versions whose package is not installed. */
export const STUB_KUBECTL: KubectlSource = {
  layer: (scope, id, { package: name }) =>
    lambda.LayerVersion.fromLayerVersionArn(
      scope,
      id,
      `arn:aws:lambda:ap-northeast-2:111111111111:layer:${name.split('/')[1]}:1`,
    ),
  archive: (_scope, _id, { package: name }) => ({ bucketName: 'tools', objectKey: `${name.split('/')[1]}.zip` }),
};
