import { Progress } from '../../../lib/command/progress';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function progress(isTTY: boolean) {
  const written: string[] = [];
  return { written, ...{ progress: new Progress({ isTTY, write: (text) => written.push(text) }) } };
}

async function after(milliseconds: number, isTTY: boolean): Promise<string[]> {
  const { progress: shown, written } = progress(isTTY);
  let finish = () => {};
  const work = shown.during('asking AWS', new Promise<void>((resolve) => (finish = resolve)));
  jest.advanceTimersByTime(milliseconds);
  finish();
  await work;
  jest.advanceTimersByTime(10_000);
  return written;
}

test('what takes up to two seconds says nothing', async () => {
  expect(await after(1_999, true)).toEqual([]);
});

test('what takes longer is said once, as a plain line where there is no terminal', async () => {
  expect(await after(60_000, false)).toEqual(['asking AWS …\n']);
});

test('a terminal shows it until it is done', async () => {
  expect(await after(2_000, true)).toEqual(['asking AWS …', '\r\u001b[K']);
});

test('what fails takes its line away too', async () => {
  const { progress: shown, written } = progress(true);
  const work = shown.during(
    'asking AWS',
    new Promise((_, reject) => setTimeout(() => reject(new Error('away')), 3_000)),
  );
  jest.advanceTimersByTime(3_000);
  await expect(work).rejects.toThrow('away');
  expect(written.at(-1)).toBe('\r\u001b[K');
});

test('work that holds up the process is said before it begins', () => {
  const { progress: shown, written } = progress(false);
  const seen = shown.blocking('synthesizing', () => [...written]);
  expect(seen).toEqual(['synthesizing …\n']);
});
