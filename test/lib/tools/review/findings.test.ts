import type { Assembly } from '../../../../lib/assembly/assembly';
import type { ValidationReport } from '../../../../lib/assembly/validation-report';
import { compareFindings } from '../../../../lib/tools/review/findings';
import { assemblyStack } from '../../assembly/stack';

const violation = (ruleName: string, constructPath: string) => ({
  ruleName,
  description: `what ${ruleName} wants`,
  violatingConstructs: [{ constructPath }],
});
const assembly = (open: readonly string[], acknowledged: Record<string, string> = {}): Assembly => {
  const split = (id: string) => id.split(' ') as [string, string];
  const report: ValidationReport = {
    pluginReports: [
      {
        pluginName: 'Pack',
        violations: open.map((id) => violation(...split(id))),
        suppressedViolations: Object.entries(acknowledged).map(([id, reason]) => ({
          ...violation(...split(id)),
          ...{ reason, acknowledgedId: `Pack::${id}` },
        })),
      },
    ],
  };
  return { stacks: [assemblyStack('ErpDev')], assets: new Map(), validation: report };
};

test('findings are new, fixed, acknowledged or no longer acknowledged', () => {
  const base = assembly(['R1 ErpDev/A/Resource', 'R2 ErpDev/B', 'R3 ErpDev/C'], { 'R4 ErpDev/D': 'because' });
  const head = assembly(['R1 ErpDev/A/Resource', 'R4 ErpDev/D', 'R5 ErpDev/E'], { 'R3 ErpDev/C': 'we must' });

  expect(compareFindings(base, head)).toEqual({
    added: [
      expect.objectContaining({ rule: 'R4', construct: 'ErpDev/D' }),
      expect.objectContaining({ rule: 'R5', construct: 'ErpDev/E' }),
    ],
    fixed: [expect.objectContaining({ rule: 'R2', construct: 'ErpDev/B' })],
    acknowledged: [expect.objectContaining({ rule: 'R3', reason: 'we must' })],
    withdrawn: [expect.objectContaining({ rule: 'R4', reason: 'because' })],
    open: 3,
  });
});

test('findings of stacks outside of the comparison do not count', () => {
  expect(compareFindings(assembly([]), assembly(['R1 ErpProd/A'])).added).toEqual([]);
});

test('a side without a report is not taken for one without findings', () => {
  const without = { ...assembly([]), validation: undefined };

  expect(compareFindings(without, assembly(['R1 ErpDev/A']))).toMatchObject({
    unknown: 'base has no validation report',
  });
});
