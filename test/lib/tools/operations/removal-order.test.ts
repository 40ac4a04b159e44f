import { type FoundResource, resourcesOf, stacksOf } from '../../../../lib/assembly/assembly';
import { CONFIGS } from '../../synth';
import { assemblePlatform } from './assembled';

const assembly = assemblePlatform();

describe.each(Object.keys(CONFIGS))('removal of %s', (environment) => {
  const stacks = stacksOf(assembly, environment);
  const prefix = stacks.at(-1)!.name;
  const charts = resourcesOf(stacks, 'Custom::AWSCDK-EKS-HelmChart');
  const manifests = resourcesOf(stacks, 'Custom::AWSCDK-EKS-KubernetesResource');
  const release = (name: string) => charts.find(({ properties }) => properties.Release === name)!;
  const manifest = (kind: string) =>
    manifests.find(({ properties }) => JSON.stringify(properties.Manifest).includes(`\\"kind\\":\\"${kind}\\"`))!;
  const needs = ({ DependsOn = [] }: FoundResource) => [DependsOn].flat();

  /** What CloudFormation deletes only after a resource is gone: everything that it needs, at whatever distance. */
  const outlives = (resource: FoundResource, seen = new Set<string>()): Set<string> => {
    for (const logicalId of needs(resource)) {
      if (seen.has(logicalId)) continue;
      seen.add(logicalId);
      outlives({ ...resource, ...resource.stack.template.Resources![logicalId]! }, seen);
    }
    return seen;
  };

  test('every stack goes before the stacks it needs', () => {
    const names = stacks.map(({ name }) => name);
    for (const { name, dependencies } of stacks) {
      for (const upstream of dependencies) expect(names.indexOf(upstream)).toBeLessThan(names.indexOf(name));
    }
  });

  test('no stack outside of the environment needs one of it, so nothing else is taken along', () => {
    const own = new Set(stacks.map(({ name }) => name));
    const others = assembly.stacks.filter(({ name }) => !own.has(name));
    expect(others.filter(({ dependencies }) => dependencies.some((upstream) => own.has(upstream)))).toEqual([]);
    expect(own).not.toContain('ErpRegistry');
  });

  test('the release goes before the controllers, which its bindings and secrets need to let go', () => {
    const controllers = charts.filter(({ properties }) => properties.Release !== 'erp-microservices');
    expect(controllers.map(({ properties }) => properties.Release).sort()).toEqual(
      expect.arrayContaining(['aws-load-balancer-controller', 'external-secrets', 'metrics-server']),
    );
    for (const { logicalId } of controllers.filter(({ stack }) => stack.name === prefix)) {
      expect(outlives(release('erp-microservices'))).toContain(logicalId);
    }
  });

  test('the namespace, and with it the volume claims, goes after the release and before controllers and storage class', () => {
    const namespace = manifest('Namespace');
    expect(outlives(release('erp-microservices'))).toContain(namespace.logicalId);
    expect(outlives(namespace)).toContain(manifest('StorageClass').logicalId);
    for (const name of ['aws-load-balancer-controller', 'external-secrets', 'metrics-server']) {
      expect(outlives(namespace)).toContain(release(name).logicalId);
    }
  });

  test('bindings go before the target groups they fill', () => {
    const [targetGroup] = resourcesOf(stacks, 'AWS::ElasticLoadBalancingV2::TargetGroup').filter(
      ({ properties }) => properties.TargetType === 'ip',
    );
    expect(release('erp-microservices').stack.dependencies).toContain(targetGroup!.stack.name);
  });

  test('releases go before cluster, nodes, add-ons and the kubectl that removes them', () => {
    const [cluster] = resourcesOf(stacks, 'AWS::EKS::Cluster');
    for (const chart of charts) {
      expect(chart.stack.name).not.toBe(cluster!.stack.name);
      expect(chart.stack.dependencies).toContain(cluster!.stack.name);
    }
    for (const type of ['AWS::EKS::Nodegroup', 'AWS::EKS::Addon']) {
      expect(new Set(resourcesOf(stacks, type).map(({ stack }) => stack.name))).toContain(cluster!.stack.name);
    }
  });

  test('volumes follow their claims where the environment may be destroyed, and stay where it may not', () => {
    const policy = environment === 'dev' ? 'Delete' : 'Retain';
    expect(JSON.stringify(manifest('StorageClass').properties.Manifest)).toContain(
      `\\"reclaimPolicy\\":\\"${policy}\\"`,
    );
  });
});
