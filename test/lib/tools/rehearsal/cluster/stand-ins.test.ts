import type { ExternalSecret } from '../../../../../lib/assembly/kubernetes/kinds';
import { gateOf } from '../../../../../lib/tools/rehearsal/cluster/bindings';
import { secretOf } from '../../../../../lib/tools/rehearsal/cluster/external-secrets';
import { volumeOf } from '../../../../../lib/tools/rehearsal/cluster/volumes';
import { metricsOf } from '../../../../../lib/tools/rehearsal/cluster/webhooks';

test('a volume is in the zone of its node and goes or stays as its class says', () => {
  const claim = {
    metadata: { name: 'data-kafka-0', namespace: 'erp-dev', uid: 'u' },
    spec: { storageClassName: 'gp3', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
  };
  const volume = volumeOf(claim, { provisioner: 'ebs.csi.aws.com', reclaimPolicy: 'Retain' }, 'ap-northeast-2a');
  expect(volume).toMatchObject({
    spec: {
      capacity: { storage: '10Gi' },
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace: 'erp-dev', name: 'data-kafka-0' },
    },
  });
  expect(JSON.stringify(volume)).toContain('"values":["ap-northeast-2a"]');
});

test('a secret has the keys of its ExternalSecret and goes with it', () => {
  const secret = secretOf({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'mysql-secret', namespace: 'erp-dev', uid: 'u' },
    spec: {
      secretStoreRef: { name: 'store' },
      data: [{ secretKey: 'host', remoteRef: { key: 'erp/dev/mysql', property: 'host' } }],
    },
  } satisfies ExternalSecret);
  expect(secret.metadata).toMatchObject({ name: 'mysql-secret', ownerReferences: [{ uid: 'u', controller: true }] });
  expect(Object.keys(secret.stringData)).toEqual(['host']);
});

test('a readiness gate is named as the AWS Load Balancer Controller names it', () => {
  expect(gateOf('notification-service')).toBe('target-health.elbv2.k8s.aws/notification-service');
});

test('the metrics of a pod are a share of what each of its containers requests, sidecars too', () => {
  const { containers } = metricsOf(
    {
      spec: {
        initContainers: [{ name: 'xray', resources: { requests: { cpu: '50m' } } }],
        containers: [{ name: 'app', resources: { requests: { cpu: '1' } } }],
      },
    },
    0.5,
    '2026-01-01T00:00:00.000Z',
  );
  expect(containers.map(({ name, usage }) => [name, usage.cpu])).toEqual([
    ['xray', '25m'],
    ['app', '500m'],
  ]);
});
