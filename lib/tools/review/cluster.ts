import { MissingProgramError } from '../../assembly/kubernetes/tools';
import { parseQuantity } from '../../config/quantity';
import type { KubernetesObject } from '../../assembly/kubernetes/render';
import type { Assembly } from '../../assembly/assembly';
import { type Change, canonical, differences } from '../../assembly/difference';
import { immutableRule } from './immutable';
import { inWords } from '../../assembly/answers';
import { INCOMPATIBLE_DATA } from './stateful';
import { type Release, objectsOf, readReleases } from '../../assembly/releases';
import type { Refusal } from './resources';

/** What a change does to one Kubernetes object. */
export interface ObjectChange {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly effect: 'added' | 'removed' | 'changed';
  readonly changes: readonly Change[];

  /** Pods that go and come back, and why. */
  readonly restart?: Restart;

  /** What is lost. */
  readonly loses?: string;
}

export interface Restart {
  /** How many pods, as far as the chart says it. */
  readonly pods: string;

  /** Fields of the pod template that differ. */
  readonly because: readonly string[];

  /** How Kubernetes goes about it. */
  readonly how: string;

  /** Whether requests find no pod for a while. */
  readonly downtime: boolean;
}

/** What a change does to one Helm release or set of manifests. */
export interface ReleaseChange {
  readonly environment: string;
  readonly stack: string;
  readonly name: string;
  readonly effect: 'added' | 'removed' | 'changed';

  /** Name of the chart with its version before and after, or what it is. */
  readonly chart: string;

  /** Values before and after: of remote charts, and of the bundled one where no object shows the difference. */
  readonly values: readonly Change[];

  readonly objects: readonly ObjectChange[];
  readonly refusals: readonly Refusal[];

  /** What the reader must know beside the differences. */
  readonly notes: readonly string[];

  readonly accepted: boolean;
}

/**
 * Compares what two assemblies put into their clusters.
 *
 * @param isNew whether head's resource is another one than base's, so that references to it are other values
 */
export function compareReleases(
  base: Assembly,
  head: Assembly,
  isNew: (stack: string, logicalId: string) => boolean,
  accepted: readonly string[],
): ReleaseChange[] {
  const before = readReleases(base);
  const after = readReleases(head, inWords(isNew));
  const key = ({ stack, logicalId }: Release) => `${stack}/${logicalId}`;
  const keys = [...new Set([...before, ...after].map(key))].sort();
  return keys.flatMap((id) => {
    const change = compareRelease(
      before.find((release) => key(release) === id),
      after.find((release) => key(release) === id),
    );
    return change ? [{ ...change, accepted: accepted.includes(change.name) || accepted.includes(id) }] : [];
  });
}

function compareRelease(old?: Release, now?: Release): Omit<ReleaseChange, 'accepted'> | undefined {
  const any = now ?? old;
  if (!any) return undefined;
  const common = { environment: any.environment, stack: any.stack, name: any.name, chart: chartText(old, now) };
  const renamed =
    old && now && (old.name !== now.name || old.namespace !== now.namespace)
      ? [
          `the release ${old.namespace}/${old.name} becomes ${now.namespace}/${now.name}: Helm installs a second release, and nothing removes the first (aws-cdk issue 24063)`,
        ]
      : [];
  const [left, leftError] = attempt(old);
  const [right, rightError] = attempt(now);
  const refusals: Refusal[] = rightError
    ? [{ stack: any.stack, what: any.name, why: rightError, remedy: 'correct the values or the template' }]
    : [];
  const notes = [...renamed, ...(leftError ? [`base: ${leftError}`] : [])];
  const objects = leftError || rightError ? [] : compareObjects(left, right);
  const values = differences(old?.values ?? {}, now?.values ?? {});
  const showValues = any.chart.kind === 'remote' || objects.length === 0;
  const sameChart = canonical(chartIdentity(old)) === canonical(chartIdentity(now));
  if (old && now && sameChart && values.length === 0 && objects.length === 0 && notes.length + refusals.length === 0) {
    return undefined;
  }
  if (old && now && !sameChart && any.chart.kind === 'bundled' && objects.length === 0 && values.length === 0) {
    notes.push(
      'the files of the chart differ, but no object it renders does: Helm makes a new revision, no pod restarts',
    );
  }
  return {
    ...common,
    effect: !old ? 'added' : !now ? 'removed' : 'changed',
    values: showValues && old && now ? values : [],
    objects,
    notes,
    refusals: [...refusals, ...(old && now ? objectRefusals(any.stack, objects, left, right) : [])],
  };
}

function attempt(release: Release | undefined): [readonly KubernetesObject[], string?] {
  if (!release) return [[]];
  try {
    return [objectsOf(release)];
  } catch (error) {
    if (error instanceof MissingProgramError) throw error;
    return [[], (error as Error).message];
  }
}

function chartIdentity(release?: Release): unknown {
  return release?.chart.kind === 'bundled' ? release.chart.hash : release?.chart;
}

function chartText(old?: Release, now?: Release): string {
  const describe = (release?: Release) =>
    !release
      ? ''
      : release.chart.kind === 'remote'
        ? `${release.chart.name} ${release.chart.version} of ${release.chart.repository}`
        : release.chart.kind === 'bundled'
          ? 'bundled chart'
          : 'manifests';
  const [before, after] = [describe(old), describe(now)];
  return before && after && before !== after ? `${before} → ${after}` : after || before;
}

const identity = ({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): string =>
  `${apiVersion.split('/').slice(0, -1).join('/')} ${kind} ${namespace ?? ''}/${name}`;

function compareObjects(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): ObjectChange[] {
  const left = new Map(before.map((object) => [identity(object), object]));
  const right = new Map(after.map((object) => [identity(object), object]));
  const all = [...new Set([...left.keys(), ...right.keys()])].sort();
  return all.flatMap((id): ObjectChange[] => {
    const [old, now] = [left.get(id), right.get(id)];
    const any = now ?? old;
    if (!any) return [];
    const { kind, metadata } = any;
    const common = { kind, name: metadata.name, namespace: metadata.namespace };
    if (!old) return [{ ...common, effect: 'added', changes: [] }];
    if (!now) return [{ ...common, effect: 'removed', changes: [], loses: lostWith(old) }];
    const changes = differences(old, now);
    if (changes.length === 0) return [];
    return [
      {
        ...common,
        effect: 'changed',
        changes,
        restart: restartOf(now, changes, after),
        loses: lostByChange(now, changes),
      },
    ];
  });
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly strategy?: {
    readonly type?: string;
    readonly rollingUpdate?: { readonly maxUnavailable?: number | string };
  };
  readonly updateStrategy?: { readonly type?: string };
  readonly volumeClaimTemplates?: readonly unknown[];
  readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string };
}

function specOf(object: KubernetesObject): WorkloadSpec {
  return (object as { spec?: WorkloadSpec }).spec ?? {};
}

function restartOf(
  object: KubernetesObject,
  changes: readonly Change[],
  all: readonly KubernetesObject[],
): Restart | undefined {
  const inPods = changes.filter(({ path }) => path.startsWith('spec.template.'));
  if (inPods.length === 0) return undefined;
  const because = [...new Set(inPods.map(({ path }) => fieldOf(path.replace(/^spec\.template\.(spec\.)?/, ''))))];
  const spec = specOf(object);
  switch (object.kind) {
    case 'Deployment': {
      const pods = spec.replicas ?? fewestPods(object.metadata.name, all) ?? 1;
      const recreate = spec.strategy?.type === 'Recreate';
      const gap = recreate || (pods === 1 && spec.strategy?.rollingUpdate?.maxUnavailable === 1);
      return {
        pods: `${pods}`,
        because,
        how: recreate ? 'all stop, then new ones start' : 'new pods become ready before old ones stop',
        downtime: gap,
      };
    }
    case 'StatefulSet':
      return {
        pods: `${spec.replicas ?? 1}`,
        because,
        how: spec.updateStrategy?.type === 'OnDelete' ? 'when somebody deletes them' : 'one by one, the last first',
        downtime: (spec.replicas ?? 1) === 1,
      };
    case 'DaemonSet':
      return { pods: 'one per node', because, how: 'node by node', downtime: false };
    default:
      return undefined;
  }
}

/** The field that a path leads into: `containers[kafka].env` out of `containers[kafka].env[CLUSTER_ID].value`. */
function fieldOf(path: string): string {
  return /^[^.[]+(\[[^\]]*\])?(\.[^.[]+)?/.exec(path)?.[0] ?? path;
}

/** Pods that an autoscaler keeps at least. */
function fewestPods(deployment: string, objects: readonly KubernetesObject[]): number | undefined {
  const specs = objects
    .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
    .map((object) => (object as unknown as { spec: { minReplicas?: number; scaleTargetRef: { name: string } } }).spec);
  return specs.find(({ scaleTargetRef }) => scaleTargetRef.name === deployment)?.minReplicas;
}

/** What is gone for good with an object. */
function lostWith(object: KubernetesObject): string | undefined {
  const { kind } = object;
  if (kind === 'Namespace') return 'every object in the namespace, volumes included';
  if (kind === 'PersistentVolumeClaim') return 'the volume, unless its class keeps it';
  if (kind === 'CustomResourceDefinition') return 'every object of this kind in the cluster';
  const spec = specOf(object);
  if (kind !== 'StatefulSet' || !spec.volumeClaimTemplates?.length) return undefined;
  const kept = spec.persistentVolumeClaimRetentionPolicy?.whenDeleted !== 'Delete';
  const volumes = (spec.replicas ?? 1) * spec.volumeClaimTemplates.length;
  return `the data in its ${volumes} volumes${kept ? ', which stay and cost until somebody deletes their claims' : ''}`;
}

/** What an object that stays loses by a change. */
function lostByChange(object: KubernetesObject, changes: readonly Change[]): string | undefined {
  const incompatible = INCOMPATIBLE_DATA.find(
    ({ kind, field }) => kind === object.kind && changes.some(({ path }) => field.test(path)),
  );
  return incompatible?.loses ?? lostByScaling(object, changes);
}

function lostByScaling(object: KubernetesObject, changes: readonly Change[]): string | undefined {
  const scaled = changes.find(({ path }) => path === 'spec.replicas');
  const fewer = scaled && Number(scaled.after) < Number(scaled.before);
  const policy = specOf(object).persistentVolumeClaimRetentionPolicy;
  return object.kind === 'StatefulSet' && fewer && policy?.whenScaled === 'Delete'
    ? `the volumes of ${Number(scaled.before) - Number(scaled.after)} pods (whenScaled: Delete)`
    : undefined;
}

function objectRefusals(
  stack: string,
  changes: readonly ObjectChange[],
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): Refusal[] {
  return changes.flatMap((change): Refusal[] => {
    if (change.effect !== 'changed') return [];
    const same = ({ kind, metadata }: KubernetesObject) =>
      kind === change.kind && metadata.name === change.name && metadata.namespace === change.namespace;
    const [old, now] = [before.find(same), after.find(same)];
    const broken = change.changes.flatMap(({ path }) => {
      const rule = now && old && immutableRule(now.apiVersion, change.kind, path);
      return rule && !isTypeSwitch(old, now) ? [{ path, rule }] : [];
    });
    const [first] = broken;
    const what = `${change.kind} ${change.name}`;
    const fields = broken.map(({ path }) => path).join(', ');
    const shrunk = change.kind === 'PersistentVolumeClaim' && shrinks(change.changes);
    if (shrunk) return [{ stack, what, why: 'a volume only grows', remedy: 'keep its size' }];
    return first
      ? [
          {
            stack,
            what,
            why: `${fields} cannot change on an existing object, so helm upgrade fails`,
            remedy: first.rule.remedy,
          },
        ]
      : [];
  });
}

/** A Service may gain or lose its cluster address together with its type. */
function isTypeSwitch(old: KubernetesObject, now: KubernetesObject): boolean {
  const type = (object: KubernetesObject) => (object as { spec?: { type?: string } }).spec?.type ?? 'ClusterIP';
  return old.kind === 'Service' && type(old) !== type(now);
}

function shrinks(changes: readonly Change[]): boolean {
  return changes.some(
    ({ path, before, after }) =>
      path === 'spec.resources.requests.storage' && (parseQuantity(after) ?? 0) < (parseQuantity(before) ?? 0),
  );
}
