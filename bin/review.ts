import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { parseArgs } from 'util';
import { ENVIRONMENTS } from '../lib/config/environment';
import { CONTEXT_HELP, CONTEXT_OPTION } from '../lib/config/run';
import { readAssembly } from '../lib/assembly/assembly';
import { costSection } from '../lib/tools/cost/change';
import { deployedAssembly } from '../lib/tools/review/deployed';
import { describeReport } from '../lib/tools/review/describe';
import { renderHtml } from '../lib/report/html';
import { renderMarkdown } from '../lib/report/markdown';
import { EXIT, exitCode, review } from '../lib/tools/review/report';
import { renderTerminal } from '../lib/report/terminal';
import { Workspace } from '../lib/tools/review/workspace';
import { UsageError, contextOf, runCommand } from '../lib/command/command';

const USAGE = `npm run review -- [options]

What the working tree does to the cloud, the cluster, the bill and the risk, against a base.

  --base <ref>         commit, branch or tag to compare with; default: where the work left origin/main or main
  --deployed           compare with what is deployed instead; needs AWS credentials
  --env <name>         ${[...ENVIRONMENTS, 'all'].join(', ')}; default: all
  -c, --context <…>    of the working tree alone, ${CONTEXT_HELP}
  --accept <resource>  this resource may be lost; logical id, construct path or Stack/path; may be repeated
  --no-compliance      without packs and CloudFormation Validate: some seconds faster, no compliance section
  --reports <folder>   where review.md and review.html go; default: reports
  --help               this text

exit code: 0 nothing is lost, 1 something went wrong, 2 wrong usage, 3 something would be lost that is not accepted
`;

async function main(): Promise<number> {
  const { values: options } = parseArgs({
    options: {
      base: { type: 'string' },
      deployed: { type: 'boolean', default: false },
      env: { type: 'string', default: 'all' },
      context: CONTEXT_OPTION,
      accept: { type: 'string', multiple: true, default: [] },
      'no-compliance': { type: 'boolean', default: false },
      reports: { type: 'string', default: 'reports' },
      help: { type: 'boolean', default: false },
    },
  });
  if (options.help) {
    process.stdout.write(USAGE);
    return EXIT.fine;
  }
  const environments = ENVIRONMENTS.filter((name) => options.env === 'all' || options.env === name);
  if (environments.length === 0) {
    throw new UsageError(`--env ${options.env}: allowed are ${[...ENVIRONMENTS, 'all'].join(', ')}`);
  }
  if (options.deployed && options.base !== undefined) throw new UsageError('--base and --deployed exclude each other');

  const repository = path.join(__dirname, '..');
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-review-'));
  const today = new Date().toISOString().slice(0, 10);
  const workspace = new Workspace({
    repository,
    temporary,
    cache: path.join(repository, 'node_modules', '.cache', 'erp-platform', 'review'),
    env: process.env,
    today,
    validation: !options['no-compliance'] && !options.deployed,
    context: contextOf(options.context),
  });
  const cleanUp = () => {
    workspace.cleanUp();
    fs.rmSync(temporary, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(EXIT.error));

  const headName = workspace.isDirty()
    ? `working tree of ${workspace.git('rev-parse', '--short', 'HEAD')} with uncommitted changes`
    : workspace.git('rev-parse', '--short', 'HEAD');
  const commit = options.deployed ? undefined : workspace.baseCommit(options.base);
  const [headFolder, baseFolder] = await Promise.all([
    workspace.synthesizeHead(),
    commit === undefined ? undefined : workspace.synthesizeCommit(commit),
  ]);
  const head = readAssembly(headFolder);
  const base =
    baseFolder === undefined ? await deployedAssembly(headFolder, head, environments) : readAssembly(baseFolder);
  const report = review({
    base,
    head,
    baseName: commit === undefined ? 'what is deployed' : `${options.base ?? 'main'} (${commit.slice(0, 8)})`,
    headName,
    environments,
    accept: options.accept,
    cost: (before, after, wanted) => costSection(before, after, wanted, today),
  });

  const document = describeReport(report);
  process.stdout.write(renderTerminal(document, Boolean(process.stdout.isTTY) && !process.env.NO_COLOR));
  fs.mkdirSync(options.reports, { recursive: true });
  fs.writeFileSync(path.join(options.reports, 'review.md'), renderMarkdown(document));
  fs.writeFileSync(path.join(options.reports, 'review.html'), renderHtml(document));
  return exitCode(report);
}

runCommand(main, USAGE);
