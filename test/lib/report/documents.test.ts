import { type Document, details, heading, lines, table } from '../../../lib/report/document';
import { renderHtml } from '../../../lib/report/html';
import { LONGEST_COMMENT, renderMarkdown } from '../../../lib/report/markdown';
import { renderTerminal } from '../../../lib/report/terminal';

const document = (count: number): Document => ({
  title: 'Review: a & b',
  subtitle: 'environments: dev',
  blocks: [
    lines([{ text: 'DATA LOSS: <Database> | everything', tone: 'danger', below: [{ text: 'a_b' }] }]),
    heading('Cloud'),
    details('ErpDev', [lines(Array.from({ length: count }, (_, i) => ({ text: `~ property[${i}]: 1 → 2` })))]),
    table({ columns: ['what', 'a month'], right: [1], rows: [['nodes', '$1.00']], totals: [['sum', '$1.00']] }),
  ],
});

test('a comment escapes what Markdown and HTML would read as their own', () => {
  expect(renderMarkdown(document(1))).toBe(`## Review: a &amp; b

environments: dev
- 🔴 DATA LOSS: &lt;Database&gt; \\| everything
  - a\\_b


### Cloud

<details><summary>ErpDev</summary>

- ~ property\\[0\\]: 1 → 2


</details>

| what | a month |
| --- | --: |
| nodes | $1.00 |
| **sum** | **$1.00** |

`);
});

test('a comment stays below what GitHub takes and says that it is cut', () => {
  const text = renderMarkdown(document(5000));

  expect(text.length).toBeLessThanOrEqual(LONGEST_COMMENT);
  expect(text).toContain('DATA LOSS');
  expect(text).toContain('- ErpDev: cut\n');
  expect(text).toContain('nodes');
  expect(text).toMatch(/does not fit/);
});

test('the page needs nothing from outside and takes no text for markup', () => {
  const page = renderHtml(document(1));

  expect(page).toContain('<li class="danger">DATA LOSS: &lt;Database&gt; | everything');
  expect(page).not.toMatch(/https?:|<script/);
});

test('a terminal gets colours only when it can show them, and long sections cut', () => {
  expect(renderTerminal(document(1), true)).toContain('\u001b[1;31mDATA LOSS');
  const plain = renderTerminal(document(100), false);
  expect(plain).not.toContain('\u001b');
  expect(plain).toContain('… 60 more lines in the HTML report');
  expect(plain).toContain('  what   a month\n');
});
