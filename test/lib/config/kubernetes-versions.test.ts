import * as cdk from 'aws-cdk-lib';
import { KUBERNETES_VERSIONS, KUBERNETES_VERSION_NAMES, supportWarning } from '../../../lib/config/kubernetes-versions';
import { dependencies } from '../../../package.json';
import { installedKubectl } from '../../../lib/platform/cluster/kubectl-layer';
import { STUB_KUBECTL, config, only, resources, synth } from '../synth';

test('the calendar goes forward, without a gap between minors', () => {
  expect(KUBERNETES_VERSION_NAMES).toEqual(['1.31', '1.32', '1.33', '1.34', '1.35', '1.36']);
  const ends = KUBERNETES_VERSION_NAMES.map((name) => KUBERNETES_VERSIONS[name].extendedSupportEnd);
  expect(ends).toEqual([...ends].sort());
  for (const release of Object.values(KUBERNETES_VERSIONS))
    expect(release.standardSupportEnd < release.extendedSupportEnd).toBe(true);
});

test.each([
  ['1.31', '2025-11-26', undefined],
  [
    '1.31',
    '2025-11-27',
    'Kubernetes 1.31 is in extended support ($0.60 instead of $0.10 per cluster hour) until 2026-11-26',
  ],
  [
    '1.31',
    '2026-11-25',
    'Kubernetes 1.31 is in extended support ($0.60 instead of $0.10 per cluster hour) until 2026-11-26: from that day on EKS creates no new cluster of it',
  ],
  [
    '1.31',
    '2026-11-26',
    'Kubernetes 1.31 left extended support on 2026-11-26: since that day EKS creates no new cluster of it',
  ],
  [
    '1.31',
    '2026-11-27',
    'Kubernetes 1.31 left extended support on 2026-11-26: since that day EKS creates no new cluster of it',
  ],
  ['1.36', '2026-11-23', undefined],
] as const)('%s on %s', (version, today, warning) => {
  const actual = supportWarning(version, today);
  if (warning) expect(actual).toContain(warning);
  else expect(actual).toBeUndefined();
});

test.each(['2026-11-25', '2026-11-26', '2026-11-27'])(
  'on %s the warning names the way out for a first deployment',
  (today) => {
    expect(supportWarning('1.31', today)).toContain('A new cluster: -c kubernetes=1.36, on the command line');
  },
);

test('a synth of 1.31 warns once, at the stack that people name, with the day and the way out', () => {
  const messages = synth()
    .assembly()
    .stacks.flatMap(({ id, messages }) => messages.map(({ level, entry }) => [id, level, String(entry.data)]));
  expect(messages).toEqual([
    [
      'ErpDev',
      'warning',
      expect.stringMatching(/until 2026-11-26.*Set kubernetes\.version in lib\/config.*at most 1\.36/),
    ],
  ]);
});

test.each(KUBERNETES_VERSION_NAMES)('%s synthesizes with add-ons and nodes of its own', (version) => {
  const template = synth({
    configs: [config('dev', { kubernetes: { version } })],
    kubectl: STUB_KUBECTL,
  }).template('ErpDevCluster');
  expect(only(template, 'AWS::EKS::Cluster').Properties.Version).toBe(version);
  for (const { Properties } of Object.values(resources(template, 'AWS::EKS::Nodegroup')))
    expect(Properties.Version).toBe(version);
  const kubeProxy = only(template, 'AWS::EKS::Addon', { AddonName: 'kube-proxy' }).Properties;
  expect(kubeProxy.AddonVersion).toMatch(new RegExp(`^v${version.replace('.', '\\.')}\\.`));
});

test.each(['1.31', KUBERNETES_VERSION_NAMES.at(-1)!] as const)('the kubectl layer of %s is installed', (version) => {
  const { package: name, version: wanted } = KUBERNETES_VERSIONS[version].kubectlLayer;
  expect(dependencies).toMatchObject({ [name]: wanted });
});

test('only the kubectl layer that is used is loaded', () => {
  jest.doMock('@aws-cdk/lambda-layer-kubectl-v36', () => {
    throw new Error('loaded');
  });
  expect(() => synth()).not.toThrow();
  expect(() => synth({ configs: [config('dev', { kubernetes: { version: '1.36' } })] })).toThrow('loaded');
  jest.dontMock('@aws-cdk/lambda-layer-kubectl-v36');
});

describe('a version whose kubectl layer is not installed gets the command that installs it', () => {
  const message =
    'package.json: dependencies.@aws-cdk/lambda-layer-kubectl-v33 is missing; allowed: 2.2.2, installed: this Kubernetes version needs its kubectl. Run: npm install --save-exact @aws-cdk/lambda-layer-kubectl-v33@2.2.2';

  test('for its cluster', () => {
    expect(() => synth({ configs: [config('dev', { kubernetes: { version: '1.33' } })] })).toThrow(message);
  });

  test('for its releases', () => {
    const { kubectlLayer } = KUBERNETES_VERSIONS['1.33'];
    expect(() => installedKubectl.archive(new cdk.Stack(), 'Tools', kubectlLayer)).toThrow(message);
  });
});
