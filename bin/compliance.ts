import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildApp } from '../lib/assembly/app';
import { readAssembly } from '../lib/assembly/assembly';
import { helm } from '../lib/assembly/kubernetes/tools';
import { defineCommand } from '../lib/command/command';
import { start } from '../lib/command/start';
import { readEnvironments } from '../lib/config';
import { EXIT } from '../lib/report/exit';
import { addCompliance } from '../lib/tools/compliance';
import { overdue } from '../lib/tools/compliance/acknowledgement';
import { type Evidence, evidence } from '../lib/tools/compliance/evidence';
import { REGISTER } from '../lib/tools/compliance/register';
import { openRows, packSummary } from '../lib/tools/compliance/report';

const OUT = path.join(__dirname, '..', 'reports', 'compliance');

export const command = defineCommand({
  name: 'compliance',
  summary: 'Writes what every rule of every pack says about every resource, for an auditor, to reports/compliance.',
  examples: { '': 'every environment, and what they share', '-c kubernetes=1.36': 'as a deployment with the same -c' },
  builds: true,
  reports: true,
  exitCodes: { [EXIT.problem]: 'something is open, could not be checked or was due for review' },
  run: ({ context, today, progress, temporaryFolder, report, ...rest }) => {
    const reports = progress.blocking('synthesizing every environment and checking it', () =>
      evidenceOf(context, today, temporaryFolder()),
    );
    fs.rmSync(OUT, { recursive: true, force: true });
    for (const { header, files } of reports) {
      const folder = path.join(OUT, header.environment);
      fs.mkdirSync(folder, { recursive: true });
      for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
    }
    const problems = [
      ...overdue(REGISTER, today).map(
        ({ name, owner, review }) => `register: ${name} was due for review on ${review}; its owner is ${owner}`,
      ),
      ...reports.flatMap(({ header, packs }) =>
        openRows(packs).map(
          ({ pack, rule, resource, state, info }) =>
            `${header.environment}: ${pack}: ${rule} at ${resource}: ${state}. ${info}`,
        ),
      ),
    ];
    const folder = path.relative(process.cwd(), OUT);
    report(
      () =>
        [
          ...reports.map(({ files }) => `${files['summary.md']?.split('\n## ')[0]?.trim()}\n`),
          `Written to ${folder}/`,
        ].join('\n'),
      () => ({
        folder,
        problems,
        reports: reports.map(({ header, packs }) => ({
          ...header,
          packs: packs.map(packSummary),
          open: openRows(packs),
        })),
      }),
    );
    for (const problem of problems) rest.complain(problem);
    return problems.length > 0 ? EXIT.problem : EXIT.fine;
  },
});

function evidenceOf(given: Readonly<Record<string, string>>, today: string, outdir: string): Evidence[] {
  const program = helm();
  const { app, environments } = buildApp({
    environments: (context) => readEnvironments({ context }),
    today,
    // What is open belongs into the report first.
    context: { ...given, '@aws-cdk/core:failSynthOnValidationErrors': false },
    app: { outdir },
  });
  const compliance = addCompliance(app, { environments, today });
  app.synth();

  const git = (...args: string[]) => execFileSync('git', args, { cwd: __dirname, encoding: 'utf8' }).trim();
  const version = (name: string) =>
    (JSON.parse(fs.readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as { version: string }).version;
  return evidence({
    compliance,
    environments,
    assembly: readAssembly(outdir),
    commit: git('rev-parse', 'HEAD') + (git('status', '--porcelain') ? ' with changes that are not committed' : ''),
    versions: {
      'aws-cdk-lib': version('aws-cdk-lib'),
      'cdk-nag': version('cdk-nag'),
      [compliance.templateRules.name]: compliance.templateRules.version ?? 'unknown',
      helm: execFileSync(program, ['version', '--template', '{{.Version}}'], { encoding: 'utf8' }).trim(),
    },
  });
}

if (require.main === module) void start(command);
