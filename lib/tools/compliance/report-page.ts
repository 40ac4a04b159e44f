import { escapeHtml, htmlPage, htmlTable } from '../../report/html';
import { CATALOGUES, MEANS } from './controls';
import { type PackReport, type ReportHeader, STATES, packTable } from './report';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 80rem; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: 0; font-size: .85rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.number { text-align: right; }
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

const options = (values: readonly string[]) =>
  values.map((value) => `<option value="${escapeHtml(value)}">${escapeHtml(value)}</option>`).join('');

/** The whole report of an environment as one page that needs nothing else. */
export function toPage(header: ReportHeader, packs: readonly PackReport[]): string {
  const rows = packs.flatMap((report) => report.rows.map((entry) => ({ pack: report.pack, ...entry })));
  const stacks = [...new Set(rows.map(({ stack }) => stack))].sort();
  const data = rows.map(({ pack, rule, resource, stack, state, info, reason = '', entry }) => [
    ...[pack, rule, resource, stack, state, info],
    entry ? `${reason} [${entry.name}; ${entry.owner}; review by ${entry.review}]` : reason,
  ]);
  const facts = { Commit: header.commit, ...header.versions };
  return htmlPage(`Compliance of ${header.environment}`, STYLE, [
    `<dl>${Object.entries(facts)
      .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
      .join('')}</dl>`,
    '<h2>Packs</h2>',
    htmlTable({ ...packTable(packs), columns: ['Pack', ...STATES, 'N/A'] }),
    '<p>N/A counts evaluations whose rule says nothing about the resource. An error is a rule that could not tell; it is no pass.</p>',
    '<h2>Rules and resources</h2>',
    `<form>
<select name="pack" aria-label="Pack"><option value="">every pack</option>${options(packs.map(({ pack }) => pack))}</select>
<select name="state" aria-label="State"><option value="">every state</option><option value="open">open</option>${options(STATES)}</select>
<select name="stack" aria-label="Stack"><option value="">every stack</option>${options(stacks)}</select>
<input name="text" type="search" placeholder="rule, resource, reason" aria-label="Text">
</form>`,
    '<p id="shown"></p>',
    `<div id="rows">${htmlTable({ columns: ['State', 'Pack', 'Rule', 'Resource', 'What, and why it stays'], rows: [] })}</div>`,
    '<h2>Controls</h2>',
    ...CATALOGUES.map(({ name, source, controls }) => {
      const columns = ['Control', 'Title', 'How', 'Rules', 'Remark'];
      const cells = controls.map(({ id, title, means, rules = [], how = '' }) => [
        id,
        title,
        MEANS[means],
        rules.join(', '),
        how,
      ]);
      return `<details><summary>${escapeHtml(name)}</summary>
<p>${escapeHtml(source)}</p>
${htmlTable({ columns, rows: cells })}
</details>`;
    }),
    '<h2>Templates</h2>',
    htmlTable({ columns: ['Stack', 'SHA-256'], rows: Object.entries(header.templates) }),
    `<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`,
    `<script>${SCRIPT}\n</script>`,
  ]);
}
