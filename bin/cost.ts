import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { parseArgs } from 'util';
import { environmentNames } from '../lib/config/files';
import { CONTEXT_HELP, CONTEXT_OPTION } from '../lib/config/run';
import { estimateCost } from '../lib/tools/cost/estimate';
import { costDocument } from '../lib/tools/cost/table';
import { readAssembly } from '../lib/assembly/assembly';
import { EXIT } from '../lib/tools/review/report';
import { renderTerminal } from '../lib/report/terminal';
import { synthesize } from '../lib/tools/review/workspace';
import { UsageError, contextOf, runCommand } from '../lib/command/command';

const PLACES = [...environmentNames(), 'shared'];
const USAGE = `npm run cost -- <environment …> [-c <key>=<value>]

What environments of the working tree cost a month: ${PLACES.join(', ')}; without a name, all of them.
  -c, --context        ${CONTEXT_HELP}
`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, context: CONTEXT_OPTION },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return EXIT.fine;
  }
  const unknown = positionals.filter((name) => !PLACES.includes(name));
  if (unknown.length > 0) throw new UsageError(`${unknown.join(', ')}: allowed are ${PLACES.join(', ')}`);
  const output = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-cost-'));
  process.once('exit', () => fs.rmSync(output, { recursive: true, force: true }));
  const context = contextOf(values.context);
  await synthesize({ directory: path.join(__dirname, '..'), output, env: process.env, validation: false, context });
  const assembly = readAssembly(output);
  const today = new Date().toISOString().slice(0, 10);
  const wanted = positionals.length > 0 ? positionals : PLACES;
  const estimates = wanted.map((environment) => estimateCost(assembly, environment, today));
  process.stdout.write(renderTerminal(costDocument(estimates), Boolean(process.stdout.isTTY) && !process.env.NO_COLOR));
  return EXIT.fine;
}

runCommand(main, USAGE);
