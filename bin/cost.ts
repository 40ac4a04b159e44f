import * as path from 'node:path';
import { readAssembly } from '../lib/assembly/assembly';
import { UsageError, defineCommand } from '../lib/command/command';
import { start } from '../lib/command/start';
import { environmentNames } from '../lib/config/files';
import { EXIT } from '../lib/report/exit';
import { renderTerminal } from '../lib/report/terminal';
import { estimateCost } from '../lib/tools/cost/estimate';
import { PRICES_VERSION } from '../lib/tools/cost/prices';
import { costDocument } from '../lib/tools/cost/table';
import { synthesize } from '../lib/tools/review/workspace';

const PLACES = [...environmentNames(), 'shared'];

export const command = defineCommand({
  name: 'cost',
  summary: 'What environments of the working tree cost a month.',
  examples: { dev: 'one environment', '': 'all of them, and what they share', 'prod --json': 'for a program' },
  arguments: {
    name: 'environment',
    usage: '[environment…]',
    help: `${PLACES.join(', ')}; without a name, all of them`,
  },
  builds: true,
  reports: true,
  run: async ({ arguments: names, context, env, today, colour, ...rest }) => {
    const unknown = names.filter((name) => !PLACES.includes(name));
    if (unknown.length > 0) throw new UsageError(`${unknown.join(', ')}: allowed are ${PLACES.join(', ')}`);
    const output = rest.temporaryFolder();
    await rest.progress.during(
      'synthesizing the working tree',
      synthesize({ directory: path.join(__dirname, '..'), output, env, validation: false, context }),
    );
    const assembly = readAssembly(output);
    const estimates = (names.length > 0 ? names : PLACES).map((name) => estimateCost(assembly, name, today));
    rest.report(
      () => renderTerminal(costDocument(estimates), colour),
      () => ({ prices: PRICES_VERSION, estimates }),
    );
    return EXIT.fine;
  },
});

if (require.main === module) void start(command);
