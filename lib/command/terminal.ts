import { type Command, runCommand } from './operations-command';
import type { Request } from '../tools/operations/http';

// The commands work on the Node.js version of package.json, and the SDK's version is pinned.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** Asks the network, at most ten seconds long. */
export const request: Request = async (url) => {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
  return { status: response.status, body: await response.text() };
};

/** Runs a command on the terminal of this process. */
export function onTerminal(command: Command): void {
  runCommand(command, {
    args: process.argv.slice(2),
    env: process.env,
    today: new Date().toISOString().slice(0, 10),
    say: (text) => console.log(text),
  }).then(
    (exitCode) => {
      process.exitCode = exitCode;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
