import { assemble } from '../lib/assembly/app';
import { UsageError, defineCommand } from '../lib/command/command';
import { start } from '../lib/command/start';
import { readEnvironments } from '../lib/config';
import { environmentNames } from '../lib/config/files';
import { EXIT } from '../lib/report/exit';
import { renderTerminal } from '../lib/report/terminal';
import { estimateCost } from '../lib/tools/cost/estimate';
import { PRICES_VERSION } from '../lib/tools/cost/prices';
import { costDocument } from '../lib/tools/cost/table';

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
  run: ({ arguments: names, context, today, colour, ...rest }) => {
    const unknown = names.filter((name) => !PLACES.includes(name));
    if (unknown.length > 0) throw new UsageError(`${unknown.join(', ')}: allowed are ${PLACES.join(', ')}`);
    const environments = readEnvironments({ context: (key) => context[key] });
    const assembly = rest.progress.blocking('synthesizing the working tree', () =>
      assemble({ environments, directory: rest.temporaryFolder(), today }),
    );
    const estimates = (names.length > 0 ? names : PLACES).map((name) => estimateCost(assembly, name, today));
    rest.report(
      () => renderTerminal(costDocument(estimates), colour),
      () => ({ prices: PRICES_VERSION, estimates }),
    );
    return EXIT.fine;
  },
});

if (require.main === module) void start(command);
