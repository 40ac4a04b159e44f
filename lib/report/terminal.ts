import type { Block, Document, Line, Table, Tone } from './document';

const CODES: Readonly<Record<Tone, string>> = {
  danger: '1;31',
  warning: '33',
  added: '32',
  removed: '31',
  muted: '2',
  good: '32',
};

/** Lines of one section that a terminal shows. */
const LONGEST_SECTION = 40;

/**
 * A document for a terminal.
 *
 * @param colour whether the reader shows ANSI colours
 */
export function renderTerminal({ title, subtitle, blocks }: Document, colour: boolean): string {
  const paint = (text: string, code?: string) => (colour && code ? `\u001b[${code}m${text}\u001b[0m` : text);
  const renderLines = (items: readonly Line[], indent: string): string[] =>
    items.flatMap(({ text, tone, below = [] }) => [
      `${indent}${paint(text, tone && CODES[tone])}`,
      ...renderLines(below, `${indent}  `),
    ]);
  const renderBlock = (block: Block, indent: string): string[] => {
    switch (block.kind) {
      case 'heading':
        return ['', paint(block.text, '1')];
      case 'lines':
        return renderLines(block.lines, indent);
      case 'table':
        return renderTable(block.table).map((row) => `${indent}${row}`);
      case 'details': {
        const inner = block.blocks.flatMap((part) => renderBlock(part, `${indent}  `));
        const more = inner.length - LONGEST_SECTION;
        return [
          `${indent}${block.summary}`,
          ...inner.slice(0, LONGEST_SECTION),
          ...(more > 0 ? [paint(`${indent}  … ${more} more lines in the HTML report`, CODES.muted)] : []),
        ];
      }
    }
  };
  return [
    paint(title, '1'),
    paint(subtitle, CODES.muted),
    ...blocks.flatMap((block) => renderBlock(block, '  ')),
    '',
  ].join('\n');
}

function renderTable({ columns, rows, right = [], totals = [] }: Table): string[] {
  const all = [columns, ...rows, ...totals];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) =>
    widths
      .map((width, i) => (right.includes(i) ? (row[i] ?? '').padStart(width) : (row[i] ?? '').padEnd(width)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(columns), rule, ...rows.map(line), ...(totals.length > 0 ? [rule, ...totals.map(line)] : [])];
}
