import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import type * as cxapi from 'aws-cdk-lib/cx-api';
import type { EnvironmentStacks } from '../../platform/platform';
import type { Compliance } from '.';
import { isStackOf } from '../../assembly/assembled';
import { installedManifests } from '../../assembly/installed-manifests';
import { MANIFEST_PACK, checkManifests } from './manifest-checks';
import {
  type PackReport,
  type ReportHeader,
  type ValidationReport,
  findingRows,
  manifestRows,
  packRows,
  toCsv,
  toJson,
  toMarkdown,
} from './report';
import { toPage } from './report-page';

/** What belongs to no environment: the stacks they share. */
const SHARED = 'registry';

export interface EvidenceProps {
  readonly compliance: Compliance;
  readonly environments: readonly EnvironmentStacks[];

  /** What `app.synth()` returned. */
  readonly assembly: cxapi.CloudAssembly;

  readonly commit: string;
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
  const report = JSON.parse(
    fs.readFileSync(path.join(assembly.directory, 'validation-report.json'), 'utf8'),
  ) as ValidationReport;
  const owners = new Map(
    assembly.stacks.map(({ stackName }) => [
      stackName,
      environments.find(({ environment }) => isStackOf(environment.config.name, stackName))?.environment.config.name,
    ]),
  );
  const ownerOf = (stack: string) => owners.get(stack) ?? SHARED;
  const rows = new Map(
    [...recorder.rules.keys()].map((pack) => [pack, packRows(pack, recorder.evaluations, report, applied)]),
  );
  const templateFindings = findingRows(templateRules.name, report, (at) => at.split('/')[0] ?? at, applied);

  return [...environments.map(({ environment }) => environment.config.name), SHARED].map((name) => {
    const own = (stack: string) => ownerOf(stack) === name;
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
    const environment = environments.find((stacks) => stacks.environment.config.name === name);
    if (environment) packs.push(inTheCluster(environment, assembly, compliance));
    const templates = assembly.stacks
      .filter(({ stackName }) => own(stackName))
      .map(({ stackName, templateFullPath }): [string, string] => [
        stackName,
        createHash('sha256').update(fs.readFileSync(templateFullPath)).digest('hex'),
      ])
      .sort();
    const header = { environment: name, commit, versions, templates: Object.fromEntries(templates) };
    return { header, packs, files: files(header, packs) };
  });
}

function inTheCluster(stacks: EnvironmentStacks, assembly: cxapi.CloudAssembly, { applied }: Compliance): PackReport {
  const { environment, workloads } = stacks;
  const manifests = installedManifests(
    assembly.getStackByName(workloads.stackName),
    environment.config.kubernetes.version,
  );
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
