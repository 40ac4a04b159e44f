import { type Assembly, SHARED, selectEnvironments, stacksOf } from '../../assembly/assembly';
import { EXIT, type ExitCode } from '../../report/exit';
import type { Section } from '../../report/document';
import { type FileChange, changedFiles } from './assets';
import { type ObjectChange, type ReleaseChange, compareReleases } from './cluster';
import { type FindingsChange, compareFindings } from './findings';
import { type Operations, planOperations } from './operations';
import { type PermissionChange, comparePermissions } from './permissions';
import { type CloudChanges, type Refusal, type ResourceChange, compareResources } from './resources';

export interface ReviewOptions {
  /** What there is. */
  readonly base: Assembly;

  /** What there is to be. */
  readonly head: Assembly;

  /** What base is, for the title. */
  readonly baseName: string;

  /** What head is, for the title. */
  readonly headName: string;

  /** Environments to compare; what they share is always compared. */
  readonly environments: readonly string[];

  /** Resources that may be lost: logical ids, construct paths, or both with the stack's name and a slash before them. */
  readonly accept: readonly string[];

  /** Says what the change does to the bills of environments. */
  readonly cost: (base: Assembly, head: Assembly, environments: readonly string[]) => Section;
}

/** Something that would be lost. */
export interface Danger {
  readonly what: string;

  /** What to name after `--accept`. */
  readonly id: string;

  readonly accepted: boolean;
}

/** Everything a change does. */
export interface Report {
  readonly baseName: string;
  readonly headName: string;
  readonly environments: readonly string[];
  readonly dangers: readonly Danger[];
  readonly refusals: readonly Refusal[];
  readonly cloud: CloudChanges;
  readonly permissions: readonly PermissionChange[];
  readonly releases: readonly ReleaseChange[];
  readonly files: ReadonlyMap<ResourceChange, readonly FileChange[]>;
  readonly cost: Section;
  readonly findings: FindingsChange;
  readonly operations: readonly Operations[];

  /** Whether the two sides are the same to the cloud, the cluster and the packs. */
  readonly same: boolean;
}

/** Compares two assemblies in every respect. */
export function review({ base, head, environments, accept, cost, baseName, headName }: ReviewOptions): Report {
  const before = selectEnvironments(base, environments);
  const after = selectEnvironments(head, environments);
  const cloud = compareResources(before, after, accept);
  const isNew = (stack: string, logicalId: string) => cloud.replaced.has(`${stack}/${logicalId}`);
  const releases = compareReleases(before, after, isNew, accept);
  const findings = compareFindings(before, after);
  const permissions = comparePermissions(before, after);
  const everywhere = [...environments, SHARED].filter(
    (environment) => stacksOf(before, environment).length + stacksOf(after, environment).length > 0,
  );
  const dangers = [...cloud.resources.flatMap(resourceDanger), ...releases.flatMap(releaseDangers)];
  const refusals = [...cloud.refusals, ...releases.flatMap((release) => release.refusals)];
  return {
    baseName,
    headName,
    environments,
    cloud,
    permissions,
    releases,
    findings,
    dangers,
    refusals,
    files: new Map(
      cloud.resources.flatMap((resource): [ResourceChange, FileChange[]][] => {
        const found = assetChanges(resource).flatMap(([a, b]) => changedFiles(before, a, after, b) ?? []);
        return found.length > 0 ? [[resource, found]] : [];
      }),
    ),
    cost: cost(before, after, everywhere),
    operations: everywhere
      .map((environment) =>
        planOperations(
          environment,
          before,
          after,
          cloud.resources,
          releases.filter((release) => release.environment === environment),
        ),
      )
      .filter(({ steps }) => steps.length > 0),
    same:
      cloud.resources.length + cloud.outputs.length + cloud.parameters.length + releases.length === 0 &&
      refusals.length === 0 &&
      findings.added.length + findings.fixed.length + findings.acknowledged.length + findings.withdrawn.length === 0,
  };
}

/** Exit code of a review. */
export function exitCode({ dangers }: Report): ExitCode {
  return dangers.some(({ accepted }) => !accepted) ? EXIT.loss : EXIT.fine;
}

/** A review for a program: the report without maps and sets, which JSON does not know. */
export function reportData({ files, cloud, ...report }: Report) {
  return {
    ...report,
    cloud: { ...cloud, replaced: [...cloud.replaced] },
    files: [...files].map(([{ stack, logicalId }, changes]) => ({ stack, logicalId, changes })),
  };
}

function resourceDanger({ stack, path, effect, because, loses, fate, accepted }: ResourceChange): Danger[] {
  if (loses === undefined) return [];
  const why = because.length > 0 ? ` because of ${because.join(', ')}` : '';
  const end =
    fate === 'deleted' ? `lost is ${loses}` : `the old one is ${fate}, but nothing uses it any more: ${loses}`;
  const what = effect === 'removed' ? 'is removed' : effect === 'replaced' ? `is replaced${why}` : `${effect}${why}`;
  return [{ what: `${stack}/${path} ${what}; ${end}`, id: `${stack}/${path}`, accepted }];
}

function releaseDangers({ stack, name, objects, accepted }: ReleaseChange): Danger[] {
  const describe = ({ kind, namespace, name: object, effect: what, loses }: ObjectChange): Danger[] =>
    loses === undefined
      ? []
      : [
          {
            what: `${stack}: ${kind} ${[namespace, object].filter(Boolean).join('/')} ${what === 'removed' ? 'is removed' : 'is changed'}; lost is ${loses}`,
            id: name,
            accepted,
          },
        ];
  return objects.flatMap(describe);
}

/** Asset hashes before and after, where a property that names an asset differs. */
function assetChanges({ changes }: ResourceChange): [string, string][] {
  const hash = (value: unknown) => /asset-([0-9a-f]{8})/.exec(JSON.stringify(value) ?? '')?.[1];
  return changes.flatMap(({ before, after }): [string, string][] => {
    const [a, b] = [hash(before), hash(after)];
    return a && b ? [[a, b]] : [];
  });
}
