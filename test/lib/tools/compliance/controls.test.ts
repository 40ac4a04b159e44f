import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUES, controlsMarkdown } from '../../../../lib/tools/compliance/controls';

const DOCUMENT = join(__dirname, '..', '..', '..', '..', 'docs', 'controls.md');

test('the document shows the map', () => {
  if (process.env.UPDATE_GOLDEN) writeFileSync(DOCUMENT, controlsMarkdown());
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(controlsMarkdown());
});

test('every control is checked by a rule or tells what a person does', () => {
  for (const { controls } of CATALOGUES) {
    for (const { id, rules, how } of controls) expect([id, rules ?? how]).not.toEqual([id, undefined]);
    expect(new Set(controls.map(({ id }) => id)).size).toBe(controls.length);
  }
});
