import type { Terminal } from '../../../lib/command/command';

/** A terminal that keeps what is written to it. */
export function terminal(
  args: readonly string[],
  { env = {}, isTTY = false }: { env?: Record<string, string>; isTTY?: boolean } = {},
): Terminal & { readonly said: { out: string; err: string }; readonly exit: () => void } {
  const said = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({ isTTY, write: (text: string) => (said[name] += text) });
  let exit = () => {};
  return {
    args,
    env,
    today: '2026-11-23',
    out: stream('out'),
    err: stream('err'),
    onExit: (cleanUp) => {
      exit = cleanUp;
    },
    said,
    exit: () => exit(),
  };
}
