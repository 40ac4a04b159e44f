import { readAssembly } from '../../../../lib/assembly/assembly';
import { evidence } from '../../../../lib/tools/compliance/evidence';
import { delivery } from '../../platform/delivery/fixture';
import { config } from '../../synth';
import { buildChecked } from './support';

test('an environment whose image tags a pipeline decides has a report about the inside of its cluster', () => {
  const { app, environments, compliance } = buildChecked({}, [config('dev', { delivery }), config('prod')]);
  const assembly = readAssembly(app.synth().directory);
  const reports = evidence({ compliance, environments, assembly, commit: 'c0ffee', versions: {} });

  const rows = reports[0]!.packs.find(({ pack }) => pack === 'Kubernetes')!.rows;
  expect(rows.length).toBeGreaterThan(100);
  expect(rows.filter(({ state }) => state === 'Non-Compliant' || state === 'Error')).toEqual([]);
});
