import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { runHelm, shippedChart } from '../chart/render';

test.each(['dev', 'prod'])('helm lint --strict has nothing to say about values-%s.yaml', (environment) => {
  const output = runHelm(['lint', '--strict', shippedChart, '-f', join(shippedChart, `values-${environment}.yaml`)]);
  expect(output).toContain('0 chart(s) failed');
  expect(output).not.toMatch(/WARNING|ERROR/);
});

test('every value of the environments differs from the default, or names what the environment is', () => {
  for (const [environment, own] of [
    ['dev', []],
    ['prod', ['movingTags']],
  ] as const) {
    const values = parse(readFileSync(join(shippedChart, `values-${environment}.yaml`), 'utf8'));
    expect(Object.keys(values)).toEqual(['environment', 'namespace', ...own, 'serviceDefaults', 'kafka']);
    expect(stringify(values)).not.toMatch(/\d{12}|password|mongodb:\/\//);
  }
});
