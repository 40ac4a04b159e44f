import * as path from 'node:path';
import { expectFresh } from '../../../chart/golden';
import { costSection } from '../../../../lib/tools/cost/change';
import type { Assembly } from '../../../../lib/assembly/assembly';
import { describeReport } from '../../../../lib/tools/review/describe';
import { type Report, exitCode, review } from '../../../../lib/tools/review/report';
import { renderTerminal } from '../../../../lib/report/terminal';
import { TODAY, build } from './bench';
import { CASES, type Case } from './cases';
import { CONFIGS } from '../../synth';

const bases = new Map<string, Assembly>();

function baseOf({ environment = 'dev', base }: Case): Assembly {
  if (base) return build({ environment, ...base });
  const known = bases.get(environment) ?? build({ environment });
  bases.set(environment, known);
  return known;
}

function reportOf(name: string): Report {
  const edit = CASES[name];
  if (!edit) throw new Error(`no case ${name}`);
  return review({
    base: baseOf(edit),
    head: build(edit),
    baseName: 'main',
    headName: 'change',
    environments: Object.keys(CONFIGS),
    accept: edit.accept ?? [],
    cost: (before, after, environments) => costSection(before, after, environments, TODAY),
  });
}

test.each(Object.keys(CASES))('%s', (name) => {
  const report = reportOf(name);
  expect([name, report.same]).toEqual([name, name === 'no-change']);
  const text = `${renderTerminal(describeReport(report), false)}\nexit code ${exitCode(report)}\n`;
  expectFresh(path.join(__dirname, 'golden', `${name}.txt`), text);
});
