import * as fs from 'fs';
import * as path from 'path';
import { parse, stringify } from 'yaml';
import { LOOK_CONTEXT, assemble, buildApp } from '../../../lib/assembly/app';
import { readAssembly, stacksOf } from '../../../lib/assembly/assembly';
import type { ValidationReport } from '../../../lib/assembly/validation-report';
import type { Environment } from '../../../lib/config';
import type { EnvironmentConfig } from '../../../lib/config/environment';
import { ConfigurationError } from '../../../lib/config/problems';
import { configsForRun } from '../../../lib/config/run';
import { type Values, mergeValues } from '../../../lib/config/values';
import { renderHtml } from '../../../lib/report/html';
import { renderTerminal } from '../../../lib/report/terminal';
import { addCompliance } from '../../../lib/tools/compliance';
import { DELIVERY_REGISTER } from '../../../lib/tools/compliance/delivery-register';
import { evidence } from '../../../lib/tools/compliance/evidence';
import { REGISTER } from '../../../lib/tools/compliance/register';
import { costSection } from '../../../lib/tools/cost/change';
import { estimateCost } from '../../../lib/tools/cost/estimate';
import { costDocument } from '../../../lib/tools/cost/table';
import type { Aws } from '../../../lib/tools/operations/aws';
import { destroy } from '../../../lib/tools/operations/destroy';
import { draw } from '../../../lib/tools/picture/draw';
import { modelOf } from '../../../lib/tools/picture/model';
import { describeReport } from '../../../lib/tools/review/describe';
import { review } from '../../../lib/tools/review/report';
import { CHART, loadEnvironments, STUB_KUBECTL, temporaryFolder } from '../../lib/synth';
import { type Row, table } from './rows';

/** A day on which no support ends and no review is due. */
const TODAY = '2025-06-01';

/** Names of equal length, so that none begins with another. */
const nameOf = (index: number) => `r${String.fromCharCode(97 + Math.floor(index / 26), 97 + (index % 26))}`;

/** A chart with one values file per row: the base's, for an environment of another name, with what the row changes. */
function chartOf(base: string, rows: readonly { readonly name: string; readonly values?: Values }[]): string {
  const folder = temporaryFolder();
  fs.cpSync(CHART, folder, { recursive: true });
  const text = fs.readFileSync(path.join(CHART, `values-${base}.yaml`), 'utf8');
  for (const { name, values } of rows) {
    const own = text
      .replace(/^environment: .*/m, `environment: ${name}`)
      .replaceAll(`erp-${base}`, `erp-${name}`)
      .replaceAll(`erp/${base}`, `erp/${name}`);
    fs.writeFileSync(
      path.join(folder, `values-${name}.yaml`),
      values ? stringify(mergeValues(parse(own) as Values, values)) : own,
    );
  }
  return folder;
}

/**
 * Holds every config of the table against all packs and every command.
 *
 * @param refused rows that config itself refuses, because a field needs another one beside it
 */
export function everyConfig(base: EnvironmentConfig, expected: { readonly refused: readonly string[] }): void {
  const environmentOf = ({ config, values }: Row): Environment => {
    const forRun = configsForRun([config], () => undefined);
    const [environment] = loadEnvironments(forRun, values && chartOf(base.name, [{ name: base.name, values }]));
    return environment!;
  };
  const { rows, refused } = table(base, (row) => {
    try {
      return Boolean(environmentOf(row));
    } catch (error) {
      if (error instanceof ConfigurationError) return false;
      throw error;
    }
  });

  test('what config refuses on its own is what needs another field beside it', () => {
    expect(refused).toEqual(expected.refused);
  });

  describe('all packs, the register and the compliance report', () => {
    const { open, names } = check(base.name, rows);

    test.each(rows.map(({ name }, index) => [name, nameOf(index)]))('%s', (_, environment) => {
      expect(open.filter((finding) => finding.startsWith(`${environment}: `))).toEqual([]);
    });

    test('nothing is open that belongs to no row', () => {
      expect(open.filter((finding) => !rows.some((_, index) => finding.startsWith(`${nameOf(index)}: `)))).toEqual([]);
    });

    test('every entry of the register is true somewhere in the table', () => {
      const all = [...REGISTER, ...DELIVERY_REGISTER].map(({ name }) => name);
      expect(all.filter((name) => !names.has(name))).toEqual([]);
    });
  });

  describe('review, cost, picture and destroy --plan', () => {
    const assembled = (row: Row) => {
      const assembly = assemble({ environments: [environmentOf(row)], directory: temporaryFolder(), today: TODAY });
      return { stacks: stacksOf(assembly, base.name), assembly };
    };
    const before = assembled(rows[0]!);

    test.each(rows.map((row): [string, Row] => [row.name, row]))('%s', async (_, row) => {
      const { stacks, assembly } = assembled(row);
      const said: string[] = [];
      const environments = [base.name];
      const options = { environments, accept: [], baseName: 'base', headName: row.name };
      const cost: Parameters<typeof review>[0]['cost'] = (one, other, wanted) => costSection(one, other, wanted, TODAY);
      const document = describeReport(review({ ...options, cost, base: before.assembly, head: assembly }));
      said.push(renderTerminal(document, false), renderHtml(document));
      const estimates = [base.name, 'shared'].map((name) => estimateCost(assembly, name, TODAY));
      said.push(renderTerminal(costDocument(estimates), false));
      expect(estimates[0]!.items.length).toBeGreaterThan(20);
      said.push(await draw(modelOf({ stacks, assets: assembly.assets }), `ERP platform, ${base.name}`));
      const never = () => Promise.reject(new Error('a plan only tells'));
      const code = await destroy({
        ...{ config: row.config, stacks, aws: {} as Aws, planOnly: true, includeData: true, yes: false },
        ...{ say: (text: string) => said.push(text), ask: never, cdkDestroy: never, sleep: never },
      });
      expect(code).toBe(0);
      for (const { name } of stacks) expect(said.at(-1)).toContain(name);
      for (const text of said) expect(text).not.toMatch(/\bundefined\b|\bNaN\b|\[object /);
    });
  });
}

/** One app with an environment for each row, because packs are quick once they are loaded. */
function check(base: string, rows: readonly Row[]): { open: readonly string[]; names: ReadonlySet<string> } {
  const named = rows.map(({ config, values }, index) => ({
    name: nameOf(index),
    values,
    config: { ...config, name: nameOf(index), network: { ...config.network, cidr: `10.${index}.0.0/16` } },
  }));
  const outdir = temporaryFolder();
  const { app, environments } = buildApp({
    environments: () =>
      loadEnvironments(
        named.map(({ config }) => config),
        chartOf(base, named),
      ),
    today: TODAY,
    context: {
      ...LOOK_CONTEXT,
      'aws:cdk:disable-asset-staging': true,
      // What is open is told row by row.
      '@aws-cdk/core:failSynthOnValidationErrors': false,
    },
    app: { outdir, analyticsReporting: false, treeMetadata: false },
    kubectl: STUB_KUBECTL,
  });
  const compliance = addCompliance(app, { environments, today: TODAY });
  app.synth();
  const assembly = readAssembly(outdir);
  const reports = evidence({ compliance, environments, assembly, commit: 'c0ffee', versions: {} });
  const rowsOpen = reports.flatMap(({ header, packs }) =>
    packs.flatMap(({ pack, rows: all }) =>
      all
        .filter(({ state }) => state === 'Non-Compliant' || state === 'Error')
        .map(({ rule, resource, info }) => `${header.environment}: ${pack}: ${rule} at ${resource}: ${info}`),
    ),
  );
  const report = JSON.parse(fs.readFileSync(path.join(assembly.directory, 'validation-report.json'), 'utf8')) as {
    pluginReports: (ValidationReport['pluginReports'][number] & { metadata?: { error?: string } })[];
  };
  const broken = report.pluginReports.flatMap(({ pluginName, metadata }) =>
    metadata?.error === undefined ? [] : `${pluginName} could not check anything: ${metadata.error}`,
  );
  const audit = report.pluginReports.find(({ pluginName }) => pluginName === 'Erp Register');
  // The audit tells of idle entries for all environments at once; each belongs to the rows that it names.
  const audited = (audit?.violations ?? []).flatMap(({ description }) => {
    const about = named.filter(({ name }) =>
      new RegExp(`\\bErp${name[0]!.toUpperCase()}${name.slice(1)}|\\b${name}\\b`).test(description),
    );
    return about.length > 0 ? about.map(({ name }) => `${name}: ${description}`) : [description];
  });
  return {
    open: [...rowsOpen, ...broken, ...audited],
    names: new Set(compliance.applied.map(({ entry }) => entry.name)),
  };
}
