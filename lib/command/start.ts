import { type Command, type Options, runCommand } from './command';

/** Runs a command in this process, which ends with its exit code. */
export async function start<O extends Options>(command: Command<O>): Promise<void> {
  // The commands work on the Node.js version of package.json, and the SDK's version is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  // A signal alone would end the process past its `exit` event.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  process.exitCode = await runCommand(command, {
    args: process.argv.slice(2),
    env: process.env,
    today: new Date().toISOString().slice(0, 10),
    out: process.stdout,
    err: process.stderr,
    onExit: (cleanUp) => process.once('exit', cleanUp),
  });
}
