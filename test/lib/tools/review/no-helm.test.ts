import type * as tools from '../../../../lib/assembly/kubernetes/tools';
import { estimateCost } from '../../../../lib/tools/cost/estimate';
import { compareReleases } from '../../../../lib/tools/review/cluster';
import { TODAY, build } from './bench';

jest.mock('../../../../lib/assembly/kubernetes/tools', () => {
  const real = jest.requireActual<typeof tools>('../../../../lib/assembly/kubernetes/tools');
  const helm = () => {
    throw new real.MissingProgramError('there is no helm', 'get one');
  };
  return { ...real, helm };
});

const assembly = build({ environment: 'dev' });

test('a bill does not leave out what only helm could tell', () => {
  expect(() => estimateCost(assembly, 'dev', TODAY)).toThrow('there is no helm: get one');
});

test('a review does not take a missing helm for values that the chart refuses', () => {
  const changed = build({ environment: 'dev', config: { standIns: true } });
  expect(() => compareReleases(assembly, changed, () => false, [])).toThrow('there is no helm: get one');
});
