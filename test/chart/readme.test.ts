import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { expectFresh } from './golden';
import { chart } from './render';

interface Row {
  readonly key: string;
  readonly value: string;
  readonly description: string;
}

/** The text after "# --" above a key. */
function description(comment: string | null | undefined): string | undefined {
  const lines = (comment ?? '').split('\n').map((line) => line.trim());
  const start = lines.findLastIndex((line) => line.startsWith('-- '));
  return start < 0 ? undefined : lines.slice(start).join(' ').replace(/^-- /, '');
}

/** A row for every described key; what lies below a described key is part of its value. */
function* rows(map: YAMLMap, path: readonly string[] = []): Generator<Row> {
  for (const [index, { key, value }] of map.items.entries()) {
    if (!isScalar(key)) continue;
    const own = [...path, String(key.value)];
    // The parser gives the comment above the first key of a map to the map.
    const text = description(key.commentBefore) ?? (index === 0 ? description(map.commentBefore) : undefined);
    if (text !== undefined) {
      yield { key: own.join('.'), value: JSON.stringify(value), description: text };
    } else if (isMap(value)) yield* rows(value, own);
    else throw new Error(`chart/values.yaml: ${own.join('.')} has no "# --" description`);
  }
}

test('the README describes every value', () => {
  const values = parseDocument(readFileSync(join(chart, 'values.yaml'), 'utf8')).contents;
  if (!isMap(values)) throw new Error('values.yaml is no map');
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const table = [
    '| value | default | what it is |',
    '| --- | --- | --- |',
    ...[...rows(values as YAMLMap)].map(({ key, value, description }) => {
      // A new entry is no new value.
      const shown = key === 'services' ? 'the services of values.yaml' : `\`${cell(value)}\``;
      return `| \`${key}\` | ${shown} | ${cell(description)} |`;
    }),
  ].join('\n');

  const path = join(chart, 'README.md');
  const markers = /(<!-- values: .* -->\n)[\s\S]*(<!-- \/values -->)/;
  const readme = readFileSync(path, 'utf8');
  expect(readme).toMatch(markers);
  expectFresh(
    path,
    readme.replace(markers, (_, start: string, end: string) => `${start}\n${table}\n\n${end}`),
  );
});
