import * as fs from 'fs';
import * as path from 'path';
import { draw } from '../lib/tools/picture/draw';
import { modelOf } from '../lib/tools/picture/model';
import { onTerminal } from '../lib/command/terminal';

onTerminal({
  name: 'picture',
  run: async ({ stacks, environment, say }) => {
    const file = path.join(__dirname, '..', 'docs', 'images', 'architecture.svg');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, await draw(modelOf(stacks), `ERP platform, ${environment.config.name}`));
    say(path.relative(process.cwd(), file));
    return 0;
  },
});
