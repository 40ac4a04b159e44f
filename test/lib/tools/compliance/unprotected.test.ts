import { addCompliance } from '../../../../lib/tools/compliance';
import { UNPROTECTED_REGISTER } from '../../../../lib/tools/compliance/register';
import { configsForRun } from '../../../../lib/config/run';
import { CONFIGS, synth } from '../../synth';
import { TODAY } from './support';

const PROTECTION = /RDSInstanceDeletionProtectionEnabled at ErpProdData/;

test('a run without protection has no open finding, for as long as the command line asks for it', () => {
  const { app, environments } = synth({
    configs: configsForRun(Object.values(CONFIGS), (key) => (key === 'protection' ? 'off' : undefined)),
  });
  const { applied } = addCompliance(app, { environments, today: TODAY, unprotected: true });
  expect(() => app.synth()).not.toThrow();
  const names = new Set(applied.map(({ entry }) => entry.name));
  for (const { name } of UNPROTECTED_REGISTER) expect(names).toContain(name);
});

test('a config without protection fails as before', () => {
  const { app, environments } = synth({
    configs: configsForRun(Object.values(CONFIGS), (key) => (key === 'protection' ? 'off' : undefined)),
  });
  addCompliance(app, { environments, today: TODAY });
  expect(() => app.synth()).toThrow(PROTECTION);
});
