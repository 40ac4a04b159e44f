import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type Command, type CommandContext, UsageError, defineCommand, runCommand } from '../../../lib/command/command';
import { ConfigurationError } from '../../../lib/config/problems';
import { terminal } from './terminal';

const OPTIONS = {
  base: { value: 'ref', help: 'commit' },
  env: { value: 'name', help: 'which', default: 'all' },
  accept: { value: 'resource', repeated: true, help: 'may be lost' },
  'no-compliance': { help: 'without packs' },
  'include-data': { help: 'all of it' },
} as const;

const commandOf = (own: Partial<Command<typeof OPTIONS>>) =>
  defineCommand({
    name: 'review',
    summary: 'Compares.',
    examples: { '': 'against main' },
    options: OPTIONS,
    builds: true,
    reports: true,
    run: () => 0,
    ...own,
  });

async function run(
  args: string[],
  run: (context: CommandContext<typeof OPTIONS>) => 0 | 1 | 3 | Promise<0 | 1 | 3>,
  more: Parameters<typeof terminal>[1] & Partial<Command<typeof OPTIONS>> = {},
) {
  const { said, ...rest } = terminal(args, more);
  const code = await runCommand(commandOf({ run, arguments: more.arguments }), rest);
  return { code, ...said };
}

test('options come as they were given, or as they are without', async () => {
  const seen: unknown[] = [];
  const look = ({ options, context }: CommandContext<typeof OPTIONS>) => {
    seen.push({ ...options, context });
    return 0 as const;
  };
  await run([], look);
  await run(
    [
      ...['--base', 'v1', '--env', 'dev', '--accept', 'A', '--accept=B', '--no-compliance', '--include-data'],
      ...['-c', 'kubernetes=1.36', '--context=standIn=dev'],
    ],
    look,
  );
  expect(seen).toEqual([
    { base: undefined, env: 'all', accept: [], 'no-compliance': false, 'include-data': false, context: {} },
    {
      ...{ base: 'v1', env: 'dev', accept: ['A', 'B'], 'no-compliance': true, 'include-data': true },
      context: { kubernetes: '1.36', standIn: 'dev' },
    },
  ]);
});

test.each([
  [['--acept', 'A'], "Unknown option '--acept'\n(Did you mean --accept?)"],
  [['--base'], "Option '--base <ref>' argument missing"],
  [['dev'], 'Too many arguments'],
])('%p is wrong usage', async (args, problem) => {
  const { code, err } = await run(args, () => 0);
  expect(code).toBe(2);
  expect(err).toContain(problem);
});

test('a command that builds nothing takes no -c, and one without a report no --json', async () => {
  for (const flag of ['-c', '--json']) {
    const { said, ...rest } = terminal([flag]);
    expect(await runCommand(commandOf({ builds: false, reports: false }), rest)).toBe(2);
    expect(said.err).toContain(`Unknown option '${flag}'`);
  }
});

describe('a report', () => {
  const work = ({ say, complain, report }: CommandContext<typeof OPTIONS>) => {
    say('at work');
    complain('a problem');
    report(
      () => 'a table',
      () => ({ rows: ['한글'] }),
    );
    return 1 as const;
  };

  test('is text on standard output', async () => {
    expect(await run([], work)).toEqual({ code: 1, out: 'at work\na table\n', err: 'a problem\n' });
  });

  test('with --json is one JSON value there, and all else on standard error', async () => {
    const { code, out, err } = await run(['--json'], work);
    expect(JSON.parse(out)).toEqual({ rows: ['한글'] });
    expect(err).toBe('at work\na problem\n');
    expect(code).toBe(1);
  });

  test.each([
    [true, {}, true],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, {}, false],
  ])('on a terminal (%p) with %p has colours: %p', async (isTTY, env, colour) => {
    let seen: boolean | undefined;
    await run(
      [],
      (context) => {
        seen = context.colour;
        return 0;
      },
      { isTTY, env },
    );
    expect(seen).toBe(colour);
  });
});

describe('an error', () => {
  const fail = (error: Error) => () => {
    throw error;
  };
  const problem = { file: 'lib/config/dev.ts', field: 'multiAz', value: 'yes', allowed: 'true, false' };

  test.each([
    ['a config problem', new ConfigurationError([problem]), /^1 problem in the configuration:\n.*multiAz.*\n$/],
    ['a problem of the command', new Error('no such commit'), /^no such commit\n$/],
    ['a defect', new TypeError('x is not a function'), /^TypeError: x is not a function\n--debug says where\n$/],
  ])('%s is told without a stack', async (_, error, text) => {
    const { code, out, err } = await run([], fail(error));
    expect(code).toBe(1);
    expect(err).toMatch(text);
    expect(out).toBe('');
  });

  test('shows its stack and its cause with --debug', async () => {
    const { code, err } = await run(['--debug'], fail(new Error('failed', { cause: new Error('because') })));
    expect(code).toBe(1);
    expect(err).toMatch(/Error: failed\n +at [^]*command\.test\.ts[^]*\[cause\]: Error: because/);
  });

  test('about the usage comes with the help, also out of the work itself', async () => {
    const { code, err } = await run(['--debug'], fail(new UsageError('--a and --b exclude each other')));
    expect(code).toBe(2);
    expect(err).toMatch(/^--a and --b exclude each other\n\nUsage: npm run review -- \[options\]\n/);
  });
});

describe('temporary folders', () => {
  test.each([
    ['ends', () => 0 as const],
    [
      'throws',
      () => {
        throw new Error('failed');
      },
    ],
  ])('go when the command %s', async (_, end) => {
    let folder = '';
    await run([], ({ temporaryFolder }) => {
      folder = temporaryFolder();
      expect(existsSync(folder)).toBe(true);
      return end();
    });
    expect(folder).not.toBe('');
    expect(existsSync(folder)).toBe(false);
  });

  test('and other clean-ups are done once when the process ends first', async () => {
    const { exit, ...rest } = terminal([]);
    const done: string[] = [];
    const folder = mkdtempSync('/tmp/erp-test-');
    await runCommand(
      commandOf({
        run: ({ cleanUp }) => {
          cleanUp(() => {
            done.push('removed');
            rmSync(folder, { recursive: true });
          });
          exit();
          return 0;
        },
      }),
      rest,
    );
    expect(done).toEqual(['removed']);
  });
});
