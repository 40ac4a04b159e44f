import * as path from 'path';
import { MAX_NAME } from '../../../lib/config/files';
import { SETTINGS } from '../../../lib/config/schema';
import { type SchemaNode, allowedBy } from '../../../lib/config/settings-check';
import { expectFresh } from '../../chart/golden';
import { REPOSITORY } from '../synth';

/** Rows of a section and of what is in it, one per field. */
function rows(section: SchemaNode, parent = ''): string[] {
  return Object.entries(section.properties ?? {}).flatMap(([key, node]) => {
    const field = parent ? `${parent}.${key}` : key;
    const entry = node.items?.properties ? node.items : undefined;
    return [
      row(
        `\`${field}\``,
        node.description,
        node.properties ? 'a section' : allowedBy(node),
        node.otherwise ?? 'required',
      ),
      ...rows(node, field),
      ...(entry ? rows(entry, `${field}[]`) : []),
    ];
  });
}

function row(...cells: readonly (string | undefined)[]): string {
  return `| ${cells.map((cell = '') => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
}

test('the reference of config says what the schema says', () => {
  const text = `<!-- Made of lib/config/schema.ts by npm run golden. -->

# Configuration of an environment

An environment is two files: \`lib/config/environments/<name>.ts\` with the fields below as its default export, and
\`chart/values-<name>.yaml\` with the chart's values ([chart/README.md](../chart/README.md)). Both are registered by being there. The name of the
files is the name of the environment: lower-case letters and digits, a letter first, at most ${MAX_NAME}.

Every synth and every command checks all of it and says all problems at once, each with file, field, value and what is allowed.

${[row('field', 'what it is', 'allowed', 'without it'), '| --- | --- | --- | --- |', ...rows(SETTINGS)].join('\n')}
`;
  expectFresh(path.join(REPOSITORY, 'docs', 'configuration.md'), text);
});
