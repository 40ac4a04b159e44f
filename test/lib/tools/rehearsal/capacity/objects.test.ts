import { missingDefinitions, secretsOf } from '../../../../../lib/tools/rehearsal/capacity/objects';
import { addonObjects } from '../../../../../lib/tools/rehearsal/capacity/system';
import { addonPodsOf } from '../../../../../lib/tools/rehearsal/cluster/nodes';
import { build } from '../../review/bench';

const externalSecret = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'mysql-secret', namespace: 'erp-dev' },
  spec: { target: { name: 'mysql-secret' }, data: [{ secretKey: 'username', remoteRef: { key: 'erp/dev/mysql' } }] },
};
const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'any' } };

test('a custom resource gets a definition, once, and what every cluster serves gets none', () => {
  expect(missingDefinitions([externalSecret, externalSecret, policy])).toEqual([
    expect.objectContaining({
      metadata: expect.objectContaining({ name: 'externalsecrets.external-secrets.io' }) as object,
    }),
  ]);
});

test('secrets that an operator would fetch are there with their keys', () => {
  expect(secretsOf([externalSecret, policy])).toEqual([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'mysql-secret', namespace: 'erp-dev' },
      stringData: { username: 'stand-in' },
    },
  ]);
});

test('add-ons are daemons that tolerate every taint, or Deployments with budgets', () => {
  const objects = addonObjects(addonPodsOf(build(), 'dev'));
  const kinds = (name: string) => objects.filter(({ metadata }) => metadata?.name === name).map(({ kind }) => kind);

  expect(kinds('aws-node')).toEqual(['DaemonSet']);
  expect(kinds('coredns')).toEqual(['Deployment', 'PodDisruptionBudget']);
  expect(JSON.stringify(objects.find(({ metadata }) => metadata?.name === 'aws-node'))).toContain(
    '"tolerations":[{"operator":"Exists"}]',
  );
});
