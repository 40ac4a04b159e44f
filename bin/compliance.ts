import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { addCompliance } from '../lib/tools/compliance';
import { overdue } from '../lib/tools/compliance/acknowledgement';
import { evidence } from '../lib/tools/compliance/evidence';
import { REGISTER } from '../lib/tools/compliance/register';
import { CONFIGS, loadEnvironments } from '../lib/config';
import { CONTEXT_OPTION, configsForRun, parseContext } from '../lib/config/run';
import { buildApp } from '../lib/assembly/app';
import { readAssembly } from '../lib/assembly/assembly';
import { helm } from '../lib/assembly/kubernetes/tools';

/** Writes reports/compliance/ and ends with 1 where something is open, could not be checked or was due for review. */
const OUT = path.join(__dirname, '..', 'reports', 'compliance');

const { values: options } = parseArgs({ options: { context: CONTEXT_OPTION } });
const given = parseContext(options.context);
const today = new Date().toISOString().slice(0, 10);
const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'erp-compliance-'));
process.on('exit', () => fs.rmSync(outdir, { recursive: true, force: true }));
const { app, environments } = buildApp({
  environments: (contextOf) => loadEnvironments(configsForRun(Object.values(CONFIGS), contextOf)),
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
const reports = evidence({
  compliance,
  environments,
  assembly: readAssembly(outdir),
  commit: git('rev-parse', 'HEAD') + (git('status', '--porcelain') ? ' with changes that are not committed' : ''),
  versions: {
    'aws-cdk-lib': version('aws-cdk-lib'),
    'cdk-nag': version('cdk-nag'),
    [compliance.templateRules.name]: compliance.templateRules.version ?? 'unknown',
    helm: execFileSync(helm(), ['version', '--template', '{{.Version}}'], { encoding: 'utf8' }).trim(),
  },
});

fs.rmSync(OUT, { recursive: true, force: true });
const problems = overdue(REGISTER, today).map(
  ({ name, owner, review }) => `register: ${name} was due for review on ${review}; its owner is ${owner}`,
);
for (const { header, packs, files } of reports) {
  const folder = path.join(OUT, header.environment);
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
  console.log(`${files['summary.md']?.split('\n## ')[0]?.trim()}\n`);
  for (const { pack, rows } of packs) {
    for (const { state, rule, resource, info } of rows) {
      if (state === 'Non-Compliant' || state === 'Error') {
        problems.push(`${header.environment}: ${pack}: ${rule} at ${resource}: ${state}. ${info}`);
      }
    }
  }
}
console.log(`Written to ${path.relative(process.cwd(), OUT)}/`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
