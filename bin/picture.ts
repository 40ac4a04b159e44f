import * as fs from 'node:fs';
import * as path from 'node:path';
import { environmentCommand } from '../lib/command/environment-command';
import { start } from '../lib/command/start';
import { EXIT } from '../lib/report/exit';
import { draw } from '../lib/tools/picture/draw';
import { modelOf } from '../lib/tools/picture/model';

export const command = environmentCommand({
  name: 'picture',
  summary: 'Draws docs/images/architecture.svg from what an environment synthesizes to.',
  // The script names the environment of the picture in the documents.
  examples: { '': 'dev, as the documents show it' },
  reports: false,
  run: async ({ assembly, stacks, environment, say }) => {
    const file = path.join(__dirname, '..', 'docs', 'images', 'architecture.svg');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(
      file,
      await draw(modelOf({ stacks, assets: assembly.assets }), `ERP platform, ${environment.config.name}`),
    );
    say(path.relative(process.cwd(), file));
    return EXIT.fine;
  },
});

if (require.main === module) void start(command);
