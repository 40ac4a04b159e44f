import { type Block, type Document, type Tone, details, heading, lines, table } from '../../report/document';
import { escapeHtml, renderHtml } from '../../report/html';
import { tableLines } from '../../report/terminal';
import type { Journal, Prop, Row, Span, Verdict } from './journal';

const VERDICTS: readonly Verdict[] = ['ok', 'fault', 'gap', 'note', 'not run'];

const TONES: Readonly<Record<Verdict, Tone>> = {
  ok: 'good',
  fault: 'danger',
  gap: 'muted',
  note: 'muted',
  'not run': 'warning',
};

/** Characters that a terminal still shows side by side: step, seconds, verdict, what was found. */
const WIDTHS = [34, 7, 7, 104];

/** Findings of several lines keep them. */
const STYLE = `td { white-space: pre-line; vertical-align: top; } svg { max-width: 100%; }
@media (max-width: 40rem) { body { padding: 0 .9rem; } thead { display: none; } table, tbody, tr, td { display: block; }
  td { padding: 0; text-align: left; overflow-wrap: anywhere; } tr { padding: .4rem 0; border-bottom: 1px solid var(--rule); } }`;

const COLUMNS = ['WHAT', 'SECONDS', 'VERDICT', 'WHAT WAS FOUND'];

/** Whether a rehearsal found nothing to mend and looked at everything that it was asked to. */
export function isFine({ rows }: Pick<Journal, 'rows'>): boolean {
  return rows.every(({ verdict }) => verdict !== 'fault' && verdict !== 'not run');
}

const countVerdicts = (rows: readonly Row[]) =>
  Object.fromEntries(VERDICTS.map((verdict) => [verdict, rows.filter((row) => row.verdict === verdict).length]));

const sum = (rows: readonly Row[]) =>
  Object.entries(countVerdicts(rows))
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(', ');

function cells({ part, what, seconds, verdict, detail }: Row, before?: Row): string[] {
  const name = `${part}: ${what}`;
  const isSame = before !== undefined && `${before.part}: ${before.what}` === name;
  return [isSame ? '' : name, seconds === undefined ? '' : seconds.toFixed(1), verdict, detail];
}

/** The rows as a table for a terminal, and their sum. */
export function terminalReport({ rows, props }: Pick<Journal, 'rows' | 'props'>): string {
  const stubbed = props
    .filter(({ likeness }) => likeness !== 'real')
    .reduce((total, { count = 1 }) => total + count, 0);
  return [
    ...tableLines({
      columns: COLUMNS,
      rows: rows.map((row, i) => cells(row, rows[i - 1])),
      right: [1],
      widths: WIDTHS,
    }),
    '',
    sum(rows),
    ...(stubbed > 0 ? [`${stubbed} things were not real; the HTML report lists them`] : []),
  ].join('\n');
}

/** The rehearsal for a program. */
export function rehearsalData(environment: string, { rows, spans, props }: Journal) {
  return { environment, verdicts: countVerdicts(rows), rows, timeline: spans, props };
}

/** The rehearsal as one HTML page. */
export function htmlReport(environment: string, journal: Journal): string {
  const { rows, spans, props, pictures } = journal;
  const bad = rows.filter(({ verdict }) => verdict === 'fault' || verdict === 'not run');
  const document: Document = {
    title: `Rehearsal of ${environment}`,
    subtitle: sum(rows),
    blocks: [
      lines(
        bad.map(({ part, what, verdict, detail }) => ({
          text: `${part}: ${what}`,
          tone: TONES[verdict],
          below: detail.split('\n').map((text) => ({ text })),
        })),
      ),
      heading('Scenarios'),
      table({ columns: COLUMNS, rows: rows.map((row, i) => cells(row, rows[i - 1])), right: [1] }),
      ...likenessBlocks(props),
    ],
  };
  const drawings = [...(spans.length > 0 ? [{ title: 'Timeline', markup: timeline(spans) }] : []), ...pictures];
  const drawn = drawings.map(({ title, markup }) => `<h2>${escapeHtml(title)}</h2>\n${markup}\n`).join('');
  const style = [STYLE, ...pictures.map((picture) => picture.style ?? '')].join('\n');
  const page = renderHtml(document).replace('</style>', () => `${style}</style>`);
  // Before the long lists of what was not real.
  return page.replace(props.length > 0 ? '<details' : '</body>', (found) => `${drawn}${found}`);
}

function likenessBlocks(props: readonly Prop[]): Block[] {
  const kinds = {
    real: 'Real',
    'stand-in': 'Stand-ins, which behave alike',
    stubbed: 'Stubbed: a record and nothing more',
  };
  return Object.entries(kinds).flatMap(([kind, summary]) => {
    const found = props.filter(({ likeness }) => likeness === kind);
    const row = ({ part, what, count, why }: Prop) => [part, what, count === undefined ? '' : String(count), why];
    const columns = ['part', 'what', 'how many', kind === 'real' ? 'which' : 'why'];
    return found.length > 0 ? [details(summary, [table({ columns, rows: found.map(row), right: [2] })])] : [];
  });
}

/** Bars over time, one lane per stack or release; times in pixels of the picture. */
const PICTURE = { left: 220, width: 760, lane: 22, top: 20 } as const;

/** A picture of what took place when. */
export function timeline(spans: readonly Span[]): string {
  const { left, width, lane, top } = PICTURE;
  const lanes = [...new Set(spans.map((span) => span.lane))];
  const from = Math.min(...spans.map(({ start }) => start));
  const scale = width / Math.max(1, Math.max(...spans.map(({ end }) => end)) - from);
  const height = top + lanes.length * lane;
  const x = (time: number) => (left + (time - from) * scale).toFixed(1);
  const names = lanes.map((name, i) => `<text x="0" y="${top + i * lane + 15}">${escapeHtml(name)}</text>`);
  const bars = spans.map(({ lane: name, what, start, end, verdict }) => {
    const y = top + lanes.indexOf(name) * lane + 3;
    const long = Math.max(2, (end - start) * scale).toFixed(1);
    const title = `${name}: ${what}, ${(end - start).toFixed(1)} s, ${verdict}`;
    return `<rect class="${TONES[verdict]}" x="${x(start)}" y="${y}" width="${long}" height="${lane - 6}" rx="3" fill="currentColor"><title>${escapeHtml(title)}</title></rect>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width} ${height}" font-size="12" fill="currentColor" role="img">`,
    `<text x="${left}" y="12">${from.toFixed(0)} s</text>`,
    `<text x="${left + width}" y="12" text-anchor="end">${(from + width / scale).toFixed(0)} s</text>`,
    ...names,
    ...bars,
    '</svg>',
  ].join('\n');
}
