import { Journal } from '../../../../lib/tools/rehearsal/journal';
import { type Part, type Rehearsal, rehearse } from '../../../../lib/tools/rehearsal/rehearsal';
import { htmlReport, isFine, rehearsalData, terminalReport } from '../../../../lib/tools/rehearsal/report';

function journal(): Journal {
  const made = new Journal(
    () => {},
    () => 5,
  );
  made.row({ part: 'aws', what: 'deploy', verdict: 'ok', detail: '7 stacks stand', seconds: 12.34 });
  made.row({ part: 'aws', what: 'deploy', verdict: 'gap', detail: 'no CloudFront' });
  made.row({ part: 'cluster', what: 'nodes <2>', verdict: 'note', detail: 'two' });
  made.props.push(
    { part: 'aws', what: 'the CDK CLI', likeness: 'real', why: '2.1' },
    { part: 'aws', what: 'AWS::EC2::EIP', likeness: 'stubbed', why: 'no such type', count: 3 },
  );
  made.spans.push({ lane: 'ErpDevNetwork', what: 'create', start: 2, end: 4, verdict: 'ok' });
  made.pictures.push({ title: 'Nodes', markup: '<svg id="nodes"></svg>', style: '.nodes { color: red; }' });
  return made;
}

test('the terminal gets a row per finding, a step once, and the sums', () => {
  expect(
    terminalReport(journal())
      .split('\n')
      .map((line) => line.trim().replace(/ +/g, ' ')),
  ).toEqual([
    'WHAT SECONDS VERDICT WHAT WAS FOUND',
    expect.stringMatching(/^─/),
    'aws: deploy 12.3 ok 7 stacks stand',
    'gap no CloudFront',
    'cluster: nodes <2> note two',
    '',
    '1 ok, 0 fault, 1 gap, 1 note, 0 not run',
    '3 things were not real; the HTML report lists them',
  ]);
});

test('the page shows findings, times, pictures and what was not real, and needs nothing from outside', () => {
  const page = htmlReport('dev', journal());
  for (const text of [
    '7 stacks stand',
    'cluster: nodes &lt;2&gt;',
    'AWS::EC2::EIP',
    'no such type',
    '<svg id="nodes">',
    '.nodes { color: red; }',
  ])
    expect(page).toContain(text);
  expect(page).toMatch(/<rect class="good" x="220.0"[^>]*><title>ErpDevNetwork: create, 2.0 s, ok/);
  expect(page).not.toMatch(/(src|href)="/);
});

test('a program gets rows, timeline and what was not real', () => {
  const { rows, spans, props } = journal();
  expect(rehearsalData('dev', journal())).toEqual({
    environment: 'dev',
    verdicts: { ok: 1, fault: 0, gap: 1, note: 1, 'not run': 0 },
    rows,
    timeline: spans,
    props,
  });
});

test.each(['fault', 'not run'] as const)('%s is no pass, and stands on top of the page', (verdict) => {
  const made = journal();
  expect(isFine(made)).toBe(true);
  made.row({ part: 'aws', what: 'destroy', verdict, detail: 'two stacks stand' });
  expect(isFine(made)).toBe(false);
  const page = htmlReport('dev', made);
  expect(page.indexOf('two stacks stand')).toBeLessThan(page.indexOf('Scenarios'));
});

test('a part that stops is told, and the others go on; what stands goes in reverse', async () => {
  const made = journal();
  const calls: string[] = [];
  const part = (name: Part['name'], fails = false): Part => ({
    name,
    run: async () => {
      calls.push(`run ${name}`);
      if (fails) throw new Error('python3 is missing');
    },
    remove: async () => {
      calls.push(`remove ${name}`);
    },
  });
  await rehearse([part('aws', true), part('cluster')], { journal: made } as Rehearsal);
  expect(calls).toEqual(['run aws', 'run cluster', 'remove cluster', 'remove aws']);
  expect(made.rows.at(-1)).toMatchObject({ part: 'aws', verdict: 'not run', detail: 'python3 is missing' });
});
