import type { Template } from 'aws-cdk-lib/assertions';
import {
  KUBERNETES_VERSIONS,
  KUBERNETES_VERSION_NAMES,
  type KubernetesVersionName,
  upgradeTargets,
} from '../../../lib/config/kubernetes-versions';
import { removedApis } from '../assembly/kubernetes/removed-apis';
import {
  type Resource,
  CONFIGS,
  appliedObjects,
  config,
  loadEnvironments,
  resources,
  STUB_KUBECTL,
  synth,
} from '../synth';
import { release } from '../platform/workloads/release';

const ENVIRONMENTS = [
  ['dev', 'ErpDev'],
  ['prod', 'ErpProd'],
] as const;

const apps = new Map(
  KUBERNETES_VERSION_NAMES.map((version) => [
    version,
    synth({
      configs: ENVIRONMENTS.map(([name]) => config(name, { kubernetes: { version } })),
      kubectl: STUB_KUBECTL,
    }),
  ]),
);

function templates(version: KubernetesVersionName): Record<string, Template> {
  const { app, template } = apps.get(version)!;
  return Object.fromEntries(
    app.node.children.filter(({ node }) => node.id.startsWith('Erp')).map(({ node }) => [node.id, template(node.id)]),
  );
}

/** `Stack/Type.Property` of everything that differs between two versions of the app; a whole resource without property. */
function differences(from: KubernetesVersionName, to: KubernetesVersionName): Set<string> {
  const found = new Set<string>();
  const [before, after] = [templates(from), templates(to)];
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [stack, template] of Object.entries(before)) {
    const old = (template.toJSON() as { Resources: Record<string, Resource> }).Resources;
    const changed = (after[stack]!.toJSON() as { Resources: Record<string, Resource> }).Resources;
    for (const id of new Set([...Object.keys(old), ...Object.keys(changed)])) {
      const [one, other] = [old[id], changed[id]];
      if (!one || !other || one.Type !== other.Type) {
        found.add(`${stack}/${id}`);
        continue;
      }
      const names = new Set([...Object.keys(one.Properties ?? {}), ...Object.keys(other.Properties ?? {})]);
      for (const name of names) {
        if (JSON.stringify(one.Properties[name]) !== JSON.stringify(other.Properties[name]))
          found.add(`${stack}/${one.Type}.${name}`);
      }
    }
  }
  return found;
}

const steps = KUBERNETES_VERSION_NAMES.slice(1).map((to, i) => [KUBERNETES_VERSION_NAMES[i]!, to] as const);

describe.each(steps)('from %s to %s', (from, to) => {
  test('only the control plane, the nodes, the add-ons and the kubectl layer change, all in place', () => {
    // Nothing is made, removed or replaced: all four are updated without replacement.
    const allowed = ENVIRONMENTS.flatMap(([, prefix]) => [
      `${prefix}Cluster/AWS::EKS::Cluster.Version`,
      `${prefix}Cluster/AWS::EKS::Nodegroup.Version`,
      `${prefix}Cluster/AWS::EKS::Addon.AddonVersion`,
      `${prefix}Cluster/AWS::Lambda::Function.Layers`,
    ]);
    const found = differences(from, to);
    expect([...found].filter((difference) => !allowed.includes(difference))).toEqual([]);
    expect([...found]).toEqual(expect.arrayContaining(allowed));
  });

  test.each(ENVIRONMENTS)('%s follows the table', (_, prefix) => {
    const template = templates(to)[`${prefix}Cluster`]!;
    const { addons } = KUBERNETES_VERSIONS[to];
    const deployed = Object.fromEntries(
      Object.values(resources(template, 'AWS::EKS::Addon')).map(({ Properties }) => [
        Properties.AddonName,
        Properties.AddonVersion,
      ]),
    );
    expect(addons).toMatchObject(deployed);
    expect(Object.keys(deployed)).toEqual(expect.arrayContaining(['vpc-cni', 'kube-proxy', 'coredns']));
    const groups = Object.values(resources(template, 'AWS::EKS::Nodegroup'));
    expect(new Set(groups.map(({ Properties }) => Properties.Version))).toEqual(new Set([to]));
    expect(JSON.stringify(resources(template, 'AWS::Lambda::Function'))).toContain(
      `layer:lambda-layer-kubectl-v${to.split('.')[1]}:`,
    );
  });

  test.each(ENVIRONMENTS)('%s asks the API for nothing that is gone', (name, prefix) => {
    const workloads = templates(to)[prefix]!;
    const manifests = [
      ...release(workloads, `erp-${name}`, to),
      ...appliedObjects(workloads).map(({ object }) => object),
    ];
    expect(manifests.length).toBeGreaterThan(20);
    expect(removedApis(manifests, to)).toEqual([]);
  });
});

describe('the version that a cluster runs', () => {
  const problem = (version: KubernetesVersionName, deployedVersion: KubernetesVersionName) => () =>
    loadEnvironments([config('dev', { kubernetes: { version, deployedVersion } })]);

  test.each(KUBERNETES_VERSION_NAMES)('%s leads to itself and to the next minor', (version) => {
    const index = KUBERNETES_VERSION_NAMES.indexOf(version);
    const next = KUBERNETES_VERSION_NAMES[index + 1];
    expect(upgradeTargets(version)).toEqual(next ? [version, next] : [version]);
    for (const target of upgradeTargets(version)) expect(problem(target, version)).not.toThrow();
  });

  test('a config that skips a minor is refused', () => {
    expect(problem('1.33', '1.31')).toThrow(
      'lib/config/environments/dev.ts: kubernetes.version is "1.33"; allowed: 1.31 or 1.32: the cluster runs 1.31, and EKS upgrades one minor at a time',
    );
  });

  test('so is one that goes back', () => {
    expect(problem('1.31', '1.32')).toThrow('kubernetes.version is "1.31"; allowed: 1.32 or 1.33');
  });

  test('an environment that is not deployed yet may start with any', () => {
    expect(CONFIGS.dev.kubernetes.deployedVersion).toBeUndefined();
    expect(() => loadEnvironments([config('dev', { kubernetes: { version: '1.36' } })])).not.toThrow();
  });
});
