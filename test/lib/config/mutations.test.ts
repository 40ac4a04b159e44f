import * as fs from 'fs';
import * as path from 'path';
import * as fc from 'fast-check';
import type * as Yaml from 'yaml';
import { parse, stringify } from 'yaml';
import { type KubernetesObject, renderChart } from '../../../lib/assembly/kubernetes/render';
import type { Environment } from '../../../lib/config';
import { type EnvironmentConfig, environmentId } from '../../../lib/config/environment';
import { ConfigurationError } from '../../../lib/config/problems';
import { validateConfig } from '../../../lib/config/validate';
import type { Values } from '../../../lib/config/values';
import { validateManifests } from '../assembly/kubernetes/validate';
import { CONFIGS, chartWith, config, loadEnvironments, synth } from '../synth';
import { delivery } from '../platform/delivery/fixture';
import { mutations } from './mutations';

const SEED = 20261123;

/** A config in which every optional field stands. */
const full = config('dev', {
  account: '111111111111',
  kubernetes: {
    deployedVersion: '1.31',
    publicAccessCidrs: ['203.0.113.7/32'],
    access: [{ principalArn: 'arn:aws:iam::111111111111:role/Operators', policy: 'AmazonEKSAdminViewPolicy' }],
  },
  msk: CONFIGS.prod.msk,
  employee: { reservedConcurrency: 20 },
  edge: {
    domain: {
      name: 'erp.example.com',
      certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/abc',
      hostedZoneId: 'Z1',
      hostedZoneName: 'example.com',
    },
    frontend: 'lib/platform/edge/placeholder',
    corsOrigins: ['https://intranet.example.com'],
    selfSignUp: false,
  },
  observability: { alarmEmail: 'erp@example.com' },
  delivery: { ...delivery, servicesFolder: 'services', sharedPaths: ['pom.xml'] },
  standIns: false,
});

const { name, ...settings } = full;
const mutated = mutations(settings as unknown as Values).map(
  (change) => ({ ...change, name }) as unknown as EnvironmentConfig,
);

const LINE =
  /^ {2}(lib\/config\/environments\/dev\.ts|chart\/values(-dev)?\.yaml[\d:]*): \S.{0,300} is .{1,300}; allowed: .{1,1000}$/;

/** Nothing, or a ConfigurationError with lines that say file, field, value and what is allowed; what else is thrown comes on. */
function clearError(run: () => unknown): ConfigurationError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [, ...lines] = error.message.split('\n');
    const unclear = lines.filter((line) => !LINE.test(line));
    if (lines.length === 0 || unclear.length > 0) throw new Error(`unclear: ${unclear.join('\n')}`, { cause: error });
    return error;
  }
}

test('whatever stands in a config is a valid config or a clear error', () => {
  const accepted: EnvironmentConfig[] = [];
  fc.assert(
    fc.property(mutated, (changed) => {
      const refused = clearError(() => {
        const problems = validateConfig(changed);
        if (problems.length > 0) throw new ConfigurationError(problems);
      });
      if (!refused) accepted.push(changed);
    }),
    { seed: SEED, numRuns: 9_800 },
  );
  // A field that may be left out, a list that may be empty, a number in its range.
  expect(accepted.length).toBeGreaterThan(100);
  expect(accepted.length).toBeLessThan(1_500);
  for (const one of fc.sample(fc.constantFrom(...accepted), { seed: SEED, numRuns: 6 }))
    clearError(() => expect(synth({ configs: [one] }).assembly().stacks.length).toBeGreaterThan(5));
});

/** Values that never change here, and that take longer to parse than everything else together. */
function parsedOnce(text: string): void {
  const yaml = jest.requireActual<typeof Yaml>('yaml');
  const { parseDocument } = yaml;
  const document = parseDocument(text);
  jest
    .spyOn(yaml, 'parseDocument')
    .mockImplementation(((other, options) =>
      other === text ? document : parseDocument(other, options)) as typeof parseDocument);
}

/** Objects of the release, or undefined where the chart refuses the values in its own words. */
function rendered({ config: { name, kubernetes }, values }: Environment): KubernetesObject[] | undefined {
  const namespace = environmentId(name);
  const { chart, overrides } = values;
  try {
    return renderChart({ chart, values: overrides, release: 'erp', namespace, kubeVersion: kubernetes.version });
  } catch (error) {
    expect((error as Error).message).toMatch(/the values do not fit together:\n {2}\S/);
    return undefined;
  }
}

test('whatever stands in a values file gives an environment or a clear error, and what it gives is a release', () => {
  const chart = chartWith('dev', {});
  const file = path.join(chart, 'values-dev.yaml');
  const shared = fs.readFileSync(path.join(chart, 'values.yaml'), 'utf8');
  parsedOnce(shared);
  const { services } = parse(shared) as Values;
  const values = { ...(parse(fs.readFileSync(file, 'utf8')) as Values), services };
  const accepted: Environment[] = [];
  fc.assert(
    fc.property(mutations(values), (changed) => {
      fs.writeFileSync(file, stringify(changed));
      clearError(() => accepted.push(...loadEnvironments([CONFIGS.dev], chart)));
    }),
    { seed: SEED, numRuns: 4_000 },
  );
  // What the chart's defaults say again, a service less, another text or number in its range.
  expect(accepted.length).toBeGreaterThan(400);
  expect(accepted.length).toBeLessThan(2_000);
  const sample = fc.sample(fc.constantFrom(...accepted), { seed: SEED, numRuns: 20 });
  const releases = sample.flatMap((environment) => [rendered(environment) ?? []]).filter(({ length }) => length > 0);
  expect(releases.length).toBeGreaterThan(15);
  for (const objects of releases) expect(validateManifests(objects)).toEqual([]);
});
