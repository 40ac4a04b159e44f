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
        return tableLines(block.table).map((row) => `${indent}${row}`);
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

/** A table in columns of one width each. */
export function tableLines({ columns, rows, right = [], totals = [], widths: given }: Table): string[] {
  const all = [columns, ...rows, ...totals];
  const widths = given ?? columns.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) => {
    const cells = widths.map((width, i) => (given ? wrap(row[i] ?? '', width) : [row[i] ?? '']));
    return Array.from({ length: Math.max(...cells.map(({ length }) => length)) }, (_, at) =>
      widths
        .map((width, i) => (cells[i]?.[at] ?? '')[right.includes(i) ? 'padStart' : 'padEnd'](width))
        .join('  ')
        .trimEnd(),
    );
  };
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [...line(columns), rule, ...rows.flatMap(line), ...(totals.length > 0 ? [rule, ...totals.flatMap(line)] : [])];
}

/** Breaks text at spaces. A command that somebody copies stays whole as far as it has no spaces. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line ? `${line} ${word}` : word;
    }
    lines.push(line);
  }
  return lines;
}
