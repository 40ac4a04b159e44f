import { removedApis } from './removed-apis';

const flowSchema = {
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3',
  kind: 'FlowSchema',
  metadata: { name: 'erp' },
};

test('names what a version does not serve any more', () => {
  expect(removedApis([flowSchema], '1.32')).toEqual([
    'FlowSchema erp: flowcontrol.apiserver.k8s.io/v1beta3 has not been served since 1.32',
  ]);
  expect(removedApis([flowSchema], '1.36')).toHaveLength(1);
});

test('passes what the version still serves', () => {
  expect(removedApis([flowSchema], '1.31')).toEqual([]);
  expect(removedApis([{ ...flowSchema, apiVersion: 'flowcontrol.apiserver.k8s.io/v1' }], '1.36')).toEqual([]);
});

test('one API version may lose its kinds one after the other', () => {
  const budget = { apiVersion: 'storage.k8s.io/v1beta1', kind: 'CSIStorageCapacity', metadata: { name: 'erp' } };
  expect(removedApis([budget], '1.26')).toEqual([]);
  expect(removedApis([budget], '1.27')).toHaveLength(1);
});
