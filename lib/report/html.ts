import type { Block, Document, Line, Table } from './document';

const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --paper: #fff; --soft: #f6f8fa; --rule: #d1d9e0; --muted: #59636e;
  --danger: #b3261e; --warning: #8a5a00; --added: #1a7f37; --removed: #b3261e; --good: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #151b23; --rule: #3d444d;
  --muted: #9198a1; --danger: #ff7b72; --warning: #e3b341; --added: #56d364; --removed: #ff7b72; --good: #56d364; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 68rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--rule); }
p.subtitle { color: var(--muted); margin: 0 0 1rem; }
ul { margin: .25rem 0; padding-left: 1.2rem; list-style: none; } body > ul { padding-left: 0; }
li { overflow-wrap: anywhere; } li li { font: 13px/1.6 ui-monospace, monospace; }
.danger { color: var(--danger); font-weight: 600; } .warning { color: var(--warning); } .added { color: var(--added); }
.removed { color: var(--removed); } .good { color: var(--good); } .muted { color: var(--muted); }
body > ul:first-of-type > li.danger { background: color-mix(in srgb, var(--danger) 10%, transparent); border-left: 4px solid var(--danger); padding: .4rem .7rem; margin: .4rem 0; }
body > ul:first-of-type > li.warning { background: color-mix(in srgb, var(--warning) 10%, transparent); border-left: 4px solid var(--warning); padding: .4rem .7rem; margin: .4rem 0; }
details { border: 1px solid var(--rule); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem; } summary { cursor: pointer; font-weight: 600; }
table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums; } th, td { padding: .25rem .8rem .25rem 0; text-align: left; }
thead th { border-bottom: 1px solid var(--rule); color: var(--muted); font-weight: 600; } .number { text-align: right; } tfoot td { border-top: 1px solid var(--rule); font-weight: 600; }
`;

/** A document as one HTML file without anything from outside. */
export function renderHtml({ title, subtitle, blocks }: Document): string {
  return htmlPage(title, STYLE, [`<p class="subtitle">${escapeHtml(subtitle)}</p>`, ...blocks.map(renderBlock)]);
}

/**
 * A page that needs nothing from outside, with its title on top.
 *
 * @param body markup
 */
export function htmlPage(title: string, style: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body.join('\n')}
</body>
</html>
`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeHtml(block.text)}</h2>`;
    case 'lines':
      return renderLines(block.lines);
    case 'table':
      return htmlTable(block.table);
    case 'details':
      return `<details open><summary>${escapeHtml(block.summary)}</summary>\n${block.blocks.map(renderBlock).join('\n')}\n</details>`;
  }
}

function renderLines(items: readonly Line[]): string {
  const item = ({ text, tone, below = [] }: Line) =>
    `<li${tone ? ` class="${tone}"` : ''}>${escapeHtml(text)}${below.length > 0 ? `\n${renderLines(below)}` : ''}</li>`;
  return `<ul>\n${items.map(item).join('\n')}\n</ul>`;
}

/** A table; numbers are in the class `number`. */
export function htmlTable({ columns, rows, right = [], totals = [] }: Table): string {
  const cell = (tag: 'th' | 'td') => (text: string, i: number) =>
    `<${tag}${right.includes(i) ? ' class="number"' : ''}>${escapeHtml(text)}</${tag}>`;
  const row = (cells: readonly string[]) => `<tr>${columns.map((_, i) => cell('td')(cells[i] ?? '', i)).join('')}</tr>`;
  return [
    '<table>',
    `<thead><tr>${columns.map(cell('th')).join('')}</tr></thead>`,
    `<tbody>${rows.map(row).join('\n')}</tbody>`,
    ...(totals.length > 0 ? [`<tfoot>${totals.map(row).join('\n')}</tfoot>`] : []),
    '</table>',
  ].join('\n');
}

/** Text that HTML takes literally, in attributes as well. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
