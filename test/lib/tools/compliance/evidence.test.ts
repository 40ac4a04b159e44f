import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly } from '../../../../lib/assembly/assembly';
import { CATALOGUES } from '../../../../lib/tools/compliance/controls';
import { evidence } from '../../../../lib/tools/compliance/evidence';
import { MANIFEST_RULES } from '../../../../lib/tools/compliance/manifest-checks';
import { REGISTER } from '../../../../lib/tools/compliance/register';
import { buildChecked } from './support';

const { app, environments, compliance } = buildChecked();
const assembly = readAssembly(app.synth().directory);
const report = () =>
  evidence({ compliance, environments, assembly, commit: 'c0ffee', versions: { 'cdk-nag': '3.0.2' } });
const reports = report();

test('nothing is open and no rule failed, in any pack and environment', () => {
  const open = reports.flatMap(({ header, packs }) =>
    packs.flatMap(({ pack, rows }) =>
      rows
        .filter(({ state }) => state === 'Non-Compliant' || state === 'Error')
        .map(({ rule, resource }) => `${header.environment} ${pack} ${rule} ${resource}`),
    ),
  );
  expect(open).toEqual([]);
});

test('every environment has every pack, and development and production the one inside the cluster', () => {
  const packs = ['AwsSolutions', 'NIST.800.53.R5', 'HIPAA.Security', 'PCI.DSS.321', 'Serverless', 'Erp'];
  const common = [...packs, 'CloudFormation Validate'];
  expect(
    Object.fromEntries(reports.map(({ header, packs }) => [header.environment, packs.map(({ pack }) => pack)])),
  ).toEqual({
    dev: [...common, 'Kubernetes'],
    prod: [...common, 'Kubernetes'],
    registry: common,
  });
});

test('every suppressed row tells why, and by which entry', () => {
  const suppressed = reports
    .flatMap(({ packs }) => packs.flatMap(({ rows }) => rows))
    .filter(({ state }) => state === 'Suppressed');
  expect(suppressed.length).toBeGreaterThan(100);
  for (const { rule, reason, entry, acknowledgedAt } of suppressed) {
    expect({ rule, reason, entry: entry?.name, acknowledgedAt }).toEqual({
      rule,
      reason: expect.stringMatching(/.{80}/),
      entry: expect.any(String),
      acknowledgedAt: expect.stringMatching(/^Erp/),
    });
  }
});

test('the register has at most forty entries, and each that config makes true acknowledges something', () => {
  expect(REGISTER.length).toBeLessThanOrEqual(40);
  const used = new Set(
    reports.flatMap(({ packs }) => packs.flatMap(({ rows }) => rows.flatMap(({ entry }) => entry?.name ?? []))),
  );
  const isTrue = REGISTER.filter(({ when }) => environments.some(({ environment }) => when?.(environment) ?? true));
  expect([...used].sort()).toEqual(isTrue.map(({ name }) => name).sort());
});

test('the same synth gives the same bytes', () => {
  expect(report().map(({ files }) => files)).toEqual(reports.map(({ files }) => files));
});

test('a CSV has the columns of cdk-nag 2', () => {
  const [header, ...lines] = reports[0]!.files['NIST.800.53.R5.csv']!.trim().split('\n');
  expect(header).toBe('Rule ID,Resource ID,Compliance,Exception Reason,Rule Level,Rule Info');
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^"NIST\.800\.53\.R5-VPCFlowLogsEnabled","ErpDevNetwork\/Vpc\/Resource","Compliant","N\/A","Error",/,
    ),
  );
});

test('a page carries all rows and loads nothing', () => {
  for (const { packs, files } of reports) {
    const page = files['index.html']!;
    const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!) as unknown[];
    expect(data).toHaveLength(packs.reduce((sum, { rows }) => sum + rows.length, 0));
    expect(page).not.toMatch(/\b(src|href)=/);
  }
});

test('templates are named with their digests', () => {
  expect(Object.keys(reports[0]!.header.templates)).toEqual(
    expect.arrayContaining(['ErpDev', 'ErpDevCluster', 'ErpDevData', 'ErpDevEdge', 'ErpDevEmployee', 'ErpDevNetwork']),
  );
  expect(reports.at(-1)!.header.templates).toEqual({ ErpRegistry: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test('every rule that a control names exists and has looked at a resource', () => {
  const folder = join(__dirname, '..', '..', '..', '..', 'lib', 'tools', 'compliance', 'rules');
  const known = new Set([
    ...compliance.recorder.evaluations.map(({ rule }) => rule),
    ...MANIFEST_RULES.map(({ id }) => id),
    ...readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').match(/ERP-[A-Z-]+/g) ?? []),
  ]);
  const named = CATALOGUES.flatMap(({ controls }) => controls.flatMap(({ rules = [] }) => rules));
  expect(named.filter((rule) => !known.has(rule))).toEqual([]);
});
