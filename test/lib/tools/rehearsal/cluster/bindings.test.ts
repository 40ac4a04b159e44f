import { Bindings } from '../../../../../lib/tools/rehearsal/cluster/bindings';
import type { KubernetesApi } from '../../../../../lib/tools/rehearsal/control-plane/api';

const READY = [{ type: 'ContainersReady', status: 'True' }];
const OBJECTS = {
  '/api/v1/pods?labelSelector=app.kubernetes.io%2Fname%3Daws-load-balancer-controller': {
    metadata: { uid: 'controller' },
    status: { conditions: READY },
  },
  '/apis/elbv2.k8s.aws/v1beta1/targetgroupbindings': {
    metadata: { uid: 'b', name: 'notification', namespace: 'erp-dev', finalizers: ['elbv2.k8s.aws/resources'] },
    spec: { targetGroupARN: 'arn', serviceRef: { name: 'notification', port: 80 } },
  },
  '/api/v1/services': {
    metadata: { uid: 's', name: 'notification', namespace: 'erp-dev' },
    spec: { selector: { app: 'notification' }, ports: [{ port: 80, targetPort: 8084 }] },
  },
  '/api/v1/pods': {
    metadata: { uid: 'p', name: 'notification-1', namespace: 'erp-dev', labels: { app: 'notification' } },
    status: { podIP: '10.0.0.7', conditions: READY },
  },
};

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('an account hears of a pod once it is healthy, with the port of its container, and when it goes', async () => {
  const watched = new Map<string, (object: unknown, exists: boolean) => void>();
  const watch = (path: string, changed: (object: unknown, exists: boolean) => void) => {
    watched.set(path, changed);
    return () => watched.delete(path);
  };
  const heard: string[] = [];
  const hear = (what: string) => (group: string, ip: string, port: number) => {
    heard.push(`${what} ${group} ${ip}:${port}`);
    return Promise.resolve();
  };
  const bindings = new Bindings({
    api: { watch } as unknown as KubernetesApi,
    timeScale: 1,
    targets: { register: hear('register'), deregister: hear('deregister') },
  });
  bindings.start();
  for (const [path, object] of Object.entries(OBJECTS)) watched.get(path)?.(object, true);
  await jest.advanceTimersByTimeAsync(10_000);
  expect([heard, bindings.health().get('arn')?.get('10.0.0.7')]).toEqual([[], 'initial']);
  await jest.advanceTimersByTimeAsync(15_000);
  expect([heard, bindings.health().get('arn')?.get('10.0.0.7')]).toEqual([['register arn 10.0.0.7:8084'], 'healthy']);
  watched.get('/api/v1/pods')?.(OBJECTS['/api/v1/pods'], false);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(heard.at(-1)).toBe('deregister arn 10.0.0.7:8084');
  bindings.stop();
  expect(watched.size).toBe(0);
});
