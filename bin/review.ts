import * as fs from 'node:fs';
import * as path from 'node:path';
import { readAssembly } from '../lib/assembly/assembly';
import { UsageError, defineCommand } from '../lib/command/command';
import { start } from '../lib/command/start';
import { environmentNames } from '../lib/config/files';
import { EXIT } from '../lib/report/exit';
import { costSection } from '../lib/tools/cost/change';
import { renderHtml } from '../lib/report/html';
import { renderMarkdown } from '../lib/report/markdown';
import { renderTerminal } from '../lib/report/terminal';
import { deployedAssembly } from '../lib/tools/review/deployed';
import { describeReport } from '../lib/tools/review/describe';
import { exitCode, reportData, review } from '../lib/tools/review/report';
import { Workspace } from '../lib/tools/review/workspace';

const ENVIRONMENTS = environmentNames();
const ALL = 'all';
const CHOICES = [...ENVIRONMENTS, ALL].join(', ');

export const command = defineCommand({
  name: 'review',
  summary: 'What the working tree does to the cloud, the cluster, the bill and the risk, against a base.',
  examples: {
    '': 'against where the work left main',
    '--base v1.4.0 --env prod': 'against a tag, one environment',
    '--deployed': 'against what is deployed',
    '--accept ErpDevData/Database/Instance': 'with a loss that is meant',
  },
  options: {
    base: {
      value: 'ref',
      help: 'commit, branch or tag to compare with; default: where the work left origin/main or main',
    },
    deployed: { help: 'compare with what is deployed instead; needs AWS credentials' },
    env: { value: 'name', help: CHOICES, default: ALL },
    accept: {
      value: 'resource',
      repeated: true,
      help: 'this resource may be lost; logical id, construct path or Stack/path; may be repeated',
    },
    'no-compliance': {
      help: 'without packs and CloudFormation Validate: some seconds faster, no compliance section',
    },
    reports: { value: 'folder', help: 'where review.md and review.html go', default: 'reports' },
  },
  builds: true,
  reports: true,
  exitCodes: {
    [EXIT.fine]: 'nothing is lost',
    [EXIT.problem]: 'something went wrong',
    [EXIT.usage]: 'wrong usage',
    [EXIT.loss]: 'something would be lost that is not accepted',
  },
  run: async ({ options, context, env, today, colour, progress, ...rest }) => {
    const environments = ENVIRONMENTS.filter((name) => options.env === ALL || options.env === name);
    if (environments.length === 0) throw new UsageError(`--env ${options.env}: allowed are ${CHOICES}`);
    if (options.deployed && options.base !== undefined)
      throw new UsageError('--base and --deployed exclude each other');

    const repository = path.join(__dirname, '..');
    const workspace = new Workspace({
      repository,
      temporary: rest.temporaryFolder(),
      cache: path.join(repository, 'node_modules', '.cache', 'erp-platform', 'review'),
      env,
      today,
      validation: !options['no-compliance'] && !options.deployed,
      context,
    });
    rest.cleanUp(() => workspace.cleanUp());

    const headName = workspace.isDirty()
      ? `working tree of ${workspace.git('rev-parse', '--short', 'HEAD')} with uncommitted changes`
      : workspace.git('rev-parse', '--short', 'HEAD');
    const commit = options.deployed ? undefined : workspace.baseCommit(options.base);
    const [headFolder, baseFolder] = await progress.during(
      commit === undefined
        ? 'synthesizing the working tree'
        : `synthesizing the working tree and ${commit.slice(0, 8)}`,
      Promise.all([workspace.synthesizeHead(), commit === undefined ? undefined : workspace.synthesizeCommit(commit)]),
    );
    const head = readAssembly(headFolder);
    const base =
      baseFolder === undefined
        ? await progress.during('reading what is deployed', deployedAssembly(headFolder, head, environments))
        : readAssembly(baseFolder);
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
    rest.report(
      () => renderTerminal(document, colour),
      () => reportData(report),
    );
    fs.mkdirSync(options.reports, { recursive: true });
    fs.writeFileSync(path.join(options.reports, 'review.md'), renderMarkdown(document));
    fs.writeFileSync(path.join(options.reports, 'review.html'), renderHtml(document));
    return exitCode(report);
  },
});

if (require.main === module) void start(command);
