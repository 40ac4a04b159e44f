import * as fs from 'node:fs';
import * as path from 'node:path';
import { type SynthesizedAssembly, readAssembly } from '../../../assembly/assembly';
import { PROTECTION } from '../../../config/run';
import type { Part, Rehearsal } from '../rehearsal';
import { type Claim } from './claims';
import { Commands, tail } from './commands';
import { Deployment } from './deployment';
import { destroy } from './destroy';
import { startEmulator } from './emulator';
import { parseFaults } from './faults';
import { GAPS } from './gaps';
import { pushImages } from './images';
import { pythonEnvironment } from '../python';
import { type DocumentedDeployment, documentedDeployments } from './readme';
import { TEMPLATE_GAPS } from './stand-ins';
import { runStubbedCode } from './stubbed-code';
import { deployedValues } from './values';
import { ask, deployAsDocumented, deployUnchanged, failEach, updateEveryStack } from './steps';

/** Account that the emulator plays for a config that names none. */
const ACCOUNT = '111122223333';

/** The CDK CLI deploys, updates and removes an environment against an emulator of AWS. */
export function awsPart(): Part {
  let deployment: Deployment | undefined;
  return {
    name: 'aws',
    run: async (rehearsal) => {
      const prepared = await prepare(rehearsal);
      ({ deployment } = prepared);
      await rehearseDeployment(prepared);
    },
    remove: async () => {
      if (deployment) await destroy(deployment);
    },
  };
}

interface Prepared {
  readonly deployment: Deployment;

  /** The deployments of the README, each with what it deploys. */
  readonly documented: readonly (DocumentedDeployment & { readonly assembly: SynthesizedAssembly })[];
}

/** Starts the emulator and synthesizes what goes into it. */
async function prepare(rehearsal: Rehearsal): Promise<Prepared> {
  const { environment, repository, programs, journal, options, folder } = rehearsal;
  const { region, account = ACCOUNT } = environment.config;
  const python = pythonEnvironment(options, (text) => journal.say(text));
  const modules = path.join(repository, 'node_modules');
  const emulator = await startEmulator({ programs, python, account, region, modules });
  journal.say(`ministack ${emulator.version} answers at ${emulator.endpoint}`);
  journal.kept.push(
    ...Object.entries(emulator.env).flatMap(([name, value]) =>
      name.startsWith('AWS') ? `export ${name}=${value}` : [],
    ),
  );
  const commands = new Commands(rehearsal, emulator, python);

  const readme = fs.readFileSync(path.join(repository, 'README.md'), 'utf8');
  const asked = Object.entries(options.context).map(([key, value]) => `${key}=${value}`);
  const directories: string[] = [];
  const lines = documentedDeployments(readme, environment.config).map((line) => ({
    ...line,
    // What was asked for holds for every run.
    context: [
      ...line.context.filter((pair) => !asked.some((one) => one.split('=')[0] === pair.split('=')[0])),
      ...asked,
    ],
  }));
  for (const [i, { context }] of lines.entries()) {
    const directory = path.join(folder, `assembly-${i + 1}`);
    const given = context.flatMap((pair) => ['-c', pair]);
    const done = await commands.cdk(['synth', '-q', '--no-validation', '-o', directory, ...given]);
    if (done.code !== 0) throw new Error(`The synth failed: ${tail(done)}`);
    directories.push(directory);
  }
  const deployment = new Deployment(rehearsal, emulator, commands, readAssembly(directories[0] ?? ''));
  const documented = lines.map((line, i) => ({ ...line, assembly: deployment.withStandIns(directories[i] ?? '') }));
  tellProps(deployment, emulator.version, emulator.types);
  return { deployment, documented };
}

/** Says what is real and what is not. */
function tellProps(
  { rehearsal: { journal }, standIns, edits, stacks }: Deployment,
  version: string,
  known: ReadonlySet<string>,
) {
  const part = 'aws';
  const total = stacks.reduce((sum, { resources }) => sum + Object.keys(resources).length, 0);
  journal.props.push(
    {
      part,
      what: 'the CDK CLI with bootstrap, change sets and a terminal',
      likeness: 'real',
      why: 'as in package.json',
    },
    { part, what: 'preflight, verify and destroy', likeness: 'real', why: 'run as commands' },
    {
      part,
      what: 'resources of the templates',
      likeness: 'stand-in',
      why: `ministack ${version}`,
      count: total - standIns.length,
    },
  );
  for (const type of [...new Set(standIns.map((one) => one.type))].sort()) {
    const count = standIns.filter((one) => one.type === type).length;
    journal.props.push({ part, what: type, likeness: 'stubbed', why: GAPS[type]?.reason ?? '', count });
  }
  journal.row({
    part,
    what: 'stubs',
    verdict: 'note',
    detail: [
      `${standIns.length} of ${total} resources in ${stacks.length} stacks are stubbed`,
      ...[...edits].map((edit) => TEMPLATE_GAPS[edit]),
    ].join('\n'),
  });
  const superfluous = [...new Set(standIns.map(({ type }) => type))].filter(
    (type) => known.has(type) && !GAPS[type]?.when,
  );
  if (superfluous.length > 0)
    journal.row({ part, what: 'stubs', verdict: 'note', detail: `the emulator has learnt ${superfluous.join(', ')}` });
}

async function rehearseDeployment({ deployment, documented }: Prepared): Promise<void> {
  const { rehearsal, regions, brought, emulator } = deployment;
  const { options, journal } = rehearsal;
  const [first, ...later] = documented;
  const last = documented.at(-1);
  if (!first || !last) return;
  const empty = claimsOfEmpty(deployment, first);
  const unprepared = regions.map((region) => failing('CDK bootstrap', new RegExp(`^${region} is not bootstrapped`)));
  await ask(deployment, 'preflight', 'empty account', first.context, [...unprepared, ...empty]);
  for (const region of regions) {
    const { seconds } = await deployment.bootstrap(region);
    journal.row({ part: 'aws', what: 'cdk bootstrap', verdict: 'ok', detail: region, seconds });
  }
  if (options.fail.length > 0) {
    const faults = parseFaults(options.fail, brought, options.today);
    journal.say(`to fail: ${faults.map(({ stack, logicalId }) => `${stack}/${logicalId}`).join(', ')}`);
    await failEach(deployment, first.assembly, faults);
    await deployment.startOver();
  }
  await ask(deployment, 'preflight', 'bootstrapped', first.context, empty);
  if (!(await deployAsDocumented(deployment, first.assembly, first, true))) return;
  await ask(deployment, 'verify', 'first deployment', first.context, []);
  for (const line of later) {
    // The emulator answers for an image that does not exist as for one without platforms.
    const found = /^there is no image|is for no platform/;
    const missing = failing('Service images', found, rehearsal.environment.values.services.length);
    const unprotected = claimsOfUnprotected(deployment, line);
    const findings = await ask(deployment, 'preflight', 'without images', line.context, [missing, ...unprotected]);
    await pushImages(deployment, findings);
    await ask(deployment, 'preflight', 'with images', line.context, unprotected);
    if (!(await deployAsDocumented(deployment, line.assembly, line, false))) return;
    await ask(deployment, 'verify', 'next deployment', line.context, []);
  }
  await runStubbedCode(deployment, last.assembly);
  await deployUnchanged(deployment, last.assembly, last);
  await updateEveryStack(deployment, last.assembly, last);
  const { endpoint, account, region, env } = emulator;
  rehearsal.stage.aws = { endpoint, account, region, env, valueOf: await deployedValues(last.assembly, emulator) };
}

const failing = (check: string, found: RegExp, times = 1): Claim => ({ check, result: 'failed', found, times });

/** What `preflight` has to say where the next deployment is the one that protects. */
function claimsOfUnprotected({ rehearsal }: Deployment, { context }: DocumentedDeployment): Claim[] {
  const isOn = rehearsal.environment.config.protection && !context.includes(`${PROTECTION}=off`);
  return isOn ? [{ check: 'Protection', result: 'warning', found: /^(\d+) of \1 are off/ }] : [];
}

/** What `preflight` has to say about an account without any stack. */
function claimsOfEmpty({ rehearsal }: Deployment, { context }: DocumentedDeployment): Claim[] {
  const { services } = rehearsal.environment.values;
  const standIn = context.some((pair) => pair.startsWith('standIn='));
  return [
    { check: 'Secrets', result: 'warning', found: /does not exist yet, and comes with a placeholder/ },
    ...(standIn ? [] : [failing('Service images', /^there is no repository/, services.length)]),
  ];
}
