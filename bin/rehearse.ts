import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { UsageError } from '../lib/command/command';
import { environmentCommand } from '../lib/command/environment-command';
import { start } from '../lib/command/start';
import { EXIT } from '../lib/report/exit';
import { awsPart } from '../lib/tools/rehearsal/aws';
import { clusterPart } from '../lib/tools/rehearsal/cluster';
import { capacity } from '../lib/tools/rehearsal/capacity/capacity';
import { Journal } from '../lib/tools/rehearsal/journal';
import { Programs } from '../lib/tools/rehearsal/programs';
import { type Rehearsal, rehearse } from '../lib/tools/rehearsal/rehearsal';
import { htmlReport, isFine, rehearsalData, terminalReport } from '../lib/tools/rehearsal/report';

const REPOSITORY = path.join(__dirname, '..');
const REPORT = path.join(REPOSITORY, 'reports', 'rehearsal');

/** Each finds what it needs of the one before; capacity has a cluster of its own, and nothing beside it that takes time. */
const PARTS = [capacity, awsPart(), clusterPart()];
const NAMES = PARTS.map(({ name }) => name);

export const command = environmentCommand({
  name: 'rehearse',
  summary:
    'Deploys, updates, breaks and removes an environment on this machine, without AWS, and says what went wrong.',
  examples: {
    dev: 'everything; the first run installs what it needs',
    'dev --only aws': 'the CDK CLI against an emulator of AWS alone',
    'dev --only aws --fail drawn': 'lets ten creations fail first, drawn by the day, each with a second try',
    'prod --only capacity': 'whether the nodes hold the pods, whatever happens to nodes and pods',
    'dev --keep': 'leaves everything up until Ctrl+C, and says how to reach it',
  },
  options: {
    only: { value: NAMES.join('|'), help: 'this part alone' },
    fail: {
      value: 'what',
      repeated: true,
      help: 'let creations fail once: <stack>/<logicalId>, drawn, drawn:<seed>, or each (the last one of every stack)',
    },
    charts: { value: 'folder', help: 'charts of the controllers; without it stand-ins are installed' },
    keep: { help: 'leave everything up, until Ctrl+C' },
  },
  reports: true,
  exitCodes: { [EXIT.problem]: 'a fault of this repository, or a part of the rehearsal could not run' },
  run: async ({ options, environment, assembly, context, env, today, progress, cleanUp, report, complain }) => {
    const { only, keep } = options;
    if (only !== undefined && !NAMES.some((name) => name === only))
      throw new UsageError(`--only ${only}: allowed are ${NAMES.join(', ')}`);
    const parts = PARTS.filter(({ name }) => only === undefined || name === only);
    const started = performance.now();
    const journal = new Journal(complain, () => (performance.now() - started) / 1000);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-rehearsal-'));
    const search = env.PATH ?? '';
    const programs = new Programs({ folder, path: search, cleanUp });
    const rehearsal: Rehearsal = {
      ...{ environment, assembly, repository: REPOSITORY, folder, programs, journal, stage: {} },
      options: {
        ...{ context, charts: options.charts, fail: options.fail, today, path: search },
        kubernetesPrograms: env.KUBEBUILDER_ASSETS,
        cache: path.join(env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'erp-platform'),
      },
    };
    await rehearse(keep ? parts.map(({ name, run }) => ({ name, run })) : parts, rehearsal);
    const { name } = environment.config;
    fs.mkdirSync(REPORT, { recursive: true });
    fs.writeFileSync(path.join(REPORT, 'index.html'), htmlReport(name, journal));
    report(
      () => terminalReport(journal),
      () => rehearsalData(name, journal),
    );
    complain(`Report: ${path.relative(process.cwd(), path.join(REPORT, 'index.html'))}`);
    if (keep) {
      complain(['Left up until Ctrl+C:', ...journal.kept].join('\n'));
      await progress.during('waiting for Ctrl+C', new Promise<never>(() => setInterval(() => {}, 60_000)));
    }
    await programs.stopAll();
    if (isFine(journal)) fs.rmSync(folder, { recursive: true });
    else complain(`Logs and assemblies: ${folder}`);
    return isFine(journal) ? EXIT.fine : EXIT.problem;
  },
});

if (require.main === module) void start(command);
