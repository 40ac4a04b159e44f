import { addCompliance } from '../../../../lib/tools/compliance';
import { DELIVERY_REGISTER } from '../../../../lib/tools/compliance/delivery-register';
import { CONFIGS, config, synth } from '../../synth';
import { delivery } from './fixture';

/** A day on which no review is due. */
const TODAY = '2026-11-01';

test('an app with pipelines has no open finding, and its part of the register no idle entry', () => {
  const { app, environments } = synth({
    configs: [config('dev', { delivery }), config('prod', { delivery: { ...delivery, approval: true } })],
  });
  const { applied } = addCompliance(app, { environments, today: TODAY });
  expect(() => app.synth()).not.toThrow();
  const names = new Set(applied.map(({ entry }) => entry.name));
  for (const { name } of DELIVERY_REGISTER) expect(names).toContain(name);
});

test('an app without pipelines does not carry their entries', () => {
  const { app, environments } = synth({ configs: Object.values(CONFIGS) });
  const { applied } = addCompliance(app, { environments, today: TODAY });
  expect(applied.filter(({ entry }) => DELIVERY_REGISTER.includes(entry))).toEqual([]);
});
