import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

/**
 * Asks again until there is an answer.
 *
 * @param what is waited for, as the error says it
 * @param seconds at most
 * @throws Error that nothing came, with the last error of the question
 */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined | false>,
  pause = 250,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let last = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = `: ${(error as Error).message}`;
    }
    if (performance.now() > end) throw new Error(`${what}: not after ${seconds} seconds${last}`);
    await setTimeout(pause);
  }
}
