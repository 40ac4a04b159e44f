import { assemble } from '../../../lib/assembly/app';
import { delivery } from '../platform/delivery/fixture';
import { config, loadEnvironments, temporaryFolder } from '../synth';

test('a look at a Kubernetes version works without the npm package of its kubectl', () => {
  const environments = loadEnvironments([config('dev', { kubernetes: { version: '1.33' }, delivery })]);
  const { stacks } = assemble({ environments, directory: temporaryFolder(), today: '2026-11-23' });
  expect(stacks.map(({ name }) => name)).toEqual(expect.arrayContaining(['ErpDevCluster', 'ErpDevDelivery']));
});
