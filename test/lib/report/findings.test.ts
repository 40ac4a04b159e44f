import { type Check, exitCode, failed, ok, report, runChecks, warning } from '../../../lib/report/findings';
import { explainAwsError } from '../../../lib/tools/operations/aws';

describe('findings', () => {
  test('of a check that throws are no pass', async () => {
    const check: Check<undefined> = {
      title: 'Broken',
      run: async () => {
        throw new Error('unexpected');
      },
    };
    const findings = await runChecks([check], undefined, explainAwsError);
    expect(findings).toEqual([
      expect.objectContaining({ check: 'Broken', result: 'not run', found: 'Error: unexpected' }),
    ]);
    expect(exitCode(findings)).toBe(1);
  });

  test('make a table with a sum, wrapped at spaces', () => {
    const table = report([
      { check: 'Zones', ...ok('two') },
      { check: 'Images', ...failed('there is no image', 'docker push') },
      { check: 'Images', ...warning('an old image', 'word '.repeat(30).trim()) },
    ]);
    expect(table.split('\n').slice(2)).toEqual([
      'Zones                   ok       two',
      'Images                  failed   there is no image                                         docker push',
      `                        warning  an old image                                              ${'word '.repeat(15).trim()}`,
      `${' '.repeat(91)}${'word '.repeat(15).trim()}`,
      '',
      '1 ok, 1 warning, 1 failed, 0 not run',
    ]);
  });
});
