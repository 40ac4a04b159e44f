import type { Block, Document, Line, Table, Tone } from './document';

/** Longest comment that GitHub takes is 65,536 characters; this leaves room for a wrapper. */
export const LONGEST_COMMENT = 60_000;

const MARKS: Readonly<Record<Tone, string>> = {
  danger: '🔴 ',
  warning: '🟠 ',
  added: '➕ ',
  removed: '➖ ',
  muted: '',
  good: '🟢 ',
};

/**
 * A document for a pull request comment. Sections that do not fit keep their summary only, and the comment says so.
 *
 * @param limit characters at most
 */
export function renderMarkdown({ title, subtitle, blocks }: Document, limit = LONGEST_COMMENT): string {
  const head = `## ${escape(title)}\n\n${escape(subtitle)}\n`;
  const note = '\n_What is cut does not fit into a comment; the HTML report has everything._\n';
  let text = head;
  let isCut = false;
  for (const block of blocks) {
    const full = renderBlock(block);
    const fits = text.length + full.length + note.length <= limit;
    const short = block.kind === 'details' ? `- ${escape(block.summary)}: cut\n` : '';
    if (fits) text += full;
    else if (text.length + short.length + note.length <= limit) text += short;
    isCut ||= !fits;
  }
  return isCut ? `${text}${note}` : text;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `\n### ${escape(block.text)}\n\n`;
    case 'lines':
      return `${renderLines(block.lines, '')}\n`;
    case 'table':
      return `\n${markdownTable(block.table)}\n`;
    case 'details':
      return `<details><summary>${escape(block.summary)}</summary>\n\n${block.blocks.map(renderBlock).join('')}\n</details>\n`;
  }
}

function renderLines(items: readonly Line[], indent: string): string {
  return items
    .map(
      ({ text, tone, below = [] }) =>
        `${indent}- ${tone ? MARKS[tone] : ''}${escape(text)}\n${renderLines(below, `${indent}  `)}`,
    )
    .join('');
}

/** A table, each row on a line of its own. */
export function markdownTable({ columns, rows, right = [], totals = [] }: Table): string {
  const row = (cells: readonly string[]) => `| ${columns.map((_, i) => escape(cells[i] ?? '')).join(' | ')} |\n`;
  const rule = `|${columns.map((_, i) => (right.includes(i) ? ' --: ' : ' --- ')).join('|')}|\n`;
  const bold = (cells: readonly string[]) =>
    `| ${columns.map((_, i) => (cells[i] ? `**${escape(cells[i])}**` : '')).join(' | ')} |\n`;
  return `${row(columns)}${rule}${rows.map(row).join('')}${totals.map(bold).join('')}`;
}

/** Text that Markdown and HTML take literally. */
function escape(text: string): string {
  return text
    .replace(/[\\`*_[\]|]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\n', ' ');
}
