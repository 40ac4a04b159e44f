import { CATALOGUES, MEANS } from './controls';
import { type PackReport, type ReportHeader, STATES, count } from './report';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 80rem; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: 0; font-size: .85rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td.n, th.n { text-align: right; }
form { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; position: sticky; top: 0; background: Canvas; padding: .4rem 0; }
select, input { font: inherit; padding: .25rem; max-width: 100%; }
input { flex: 1 1 10rem; }
.state { white-space: nowrap; font-weight: 600; }
.Compliant .state { color: #15803d; } .Suppressed .state { color: #a16207; } .Non-Compliant .state, .Error .state { color: #dc2626; }
details { margin-top: 1rem; } summary { cursor: pointer; font-weight: 600; }
@media (max-width: 45rem) {
  #rows thead { display: none; }
  #rows tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  #rows td { display: block; border: 0; padding: .1rem 0; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 9pt; } form { display: none; } details { display: block; }
  tr { break-inside: avoid; }
}`;

/** Shows the rows that the form asks for. */
const SCRIPT = `
const all = JSON.parse(document.getElementById('data').textContent);
const form = document.forms[0], body = document.querySelector('#rows tbody'), shown = document.getElementById('shown');
function cell(row, text, name) { const td = row.insertCell(); td.textContent = text; if (name) td.className = name; }
function show() {
  const { pack, state, stack, text } = Object.fromEntries(new FormData(form));
  const wanted = text.toLowerCase();
  const rows = all.filter((r) => (!pack || r[0] === pack) && (!stack || r[3] === stack) &&
    (!state || (state === 'open' ? r[4] === 'Non-Compliant' || r[4] === 'Error' : r[4] === state)) &&
    (!wanted || r.join(' ').toLowerCase().includes(wanted)));
  body.replaceChildren();
  for (const r of rows) {
    const row = body.insertRow();
    row.className = r[4];
    cell(row, r[4], 'state'); cell(row, r[0]); cell(row, r[1]); cell(row, r[2]); cell(row, r[6] ? r[5] + ' — ' + r[6] : r[5]);
  }
  shown.textContent = rows.length + ' of ' + all.length + ' rows';
}
form.addEventListener('input', show);
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
show();`;

const escape = (text: string | number) =>
  String(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const row = (cells: readonly (string | number)[], tag = 'td') =>
  `<tr>${cells.map((cell) => `<${tag}${typeof cell === 'number' ? ' class="n"' : ''}>${escape(cell)}</${tag}>`).join('')}</tr>`;
const options = (values: readonly string[]) =>
  values.map((value) => `<option value="${escape(value)}">${escape(value)}</option>`).join('');

/** The whole report of an environment as one page that needs nothing else. */
export function toPage(header: ReportHeader, packs: readonly PackReport[]): string {
  const rows = packs.flatMap((report) => report.rows.map((entry) => ({ pack: report.pack, ...entry })));
  const stacks = [...new Set(rows.map(({ stack }) => stack))].sort();
  const data = rows.map(({ pack, rule, resource, stack, state, info, reason = '', entry }) => [
    ...[pack, rule, resource, stack, state, info],
    entry ? `${reason} [${entry.name}; ${entry.owner}; review by ${entry.review}]` : reason,
  ]);
  const title = `Compliance of ${header.environment}`;
  const facts = { Commit: header.commit, ...header.versions };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>${escape(title)}</h1>
<dl>${Object.entries(facts)
    .map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`)
    .join('')}</dl>
<h2>Packs</h2>
<table>
<thead>${row(['Pack', ...STATES, 'N/A'], 'th')}</thead>
<tbody>
${packs
  .map((report) =>
    row([
      report.pack,
      ...STATES.map((state) => (report.complete || state !== 'Compliant' ? count(report, state) : 'not told')),
      report.complete ? report.notApplicable : 'not told',
    ]),
  )
  .join('\n')}
</tbody>
</table>
<p>N/A counts evaluations whose rule says nothing about the resource. An error is a rule that could not tell; it is no pass.</p>
<h2>Rules and resources</h2>
<form>
<select name="pack" aria-label="Pack"><option value="">every pack</option>${options(packs.map(({ pack }) => pack))}</select>
<select name="state" aria-label="State"><option value="">every state</option><option value="open">open</option>${options(STATES)}</select>
<select name="stack" aria-label="Stack"><option value="">every stack</option>${options(stacks)}</select>
<input name="text" type="search" placeholder="rule, resource, reason" aria-label="Text">
</form>
<p id="shown"></p>
<table id="rows">
<thead>${row(['State', 'Pack', 'Rule', 'Resource', 'What, and why it stays'], 'th')}</thead>
<tbody></tbody>
</table>
<h2>Controls</h2>
${CATALOGUES.map(
  ({ name, source, controls }) => `<details><summary>${escape(name)}</summary>
<p>${escape(source)}</p>
<table>
<thead>${row(['Control', 'Title', 'How', 'Rules', 'Remark'], 'th')}</thead>
<tbody>
${controls.map(({ id, title: text, means, rules = [], how = '' }) => row([id, text, MEANS[means], rules.join(', '), how])).join('\n')}
</tbody>
</table>
</details>`,
).join('\n')}
<h2>Templates</h2>
<table>
<thead>${row(['Stack', 'SHA-256'], 'th')}</thead>
<tbody>
${Object.entries(header.templates)
  .map((entry) => row(entry))
  .join('\n')}
</tbody>
</table>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${SCRIPT}
</script>
</body>
</html>
`;
}
