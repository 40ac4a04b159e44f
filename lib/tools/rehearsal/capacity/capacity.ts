import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../programs';
import type { Part, Rehearsal } from '../rehearsal';
import { Bench, ofTheLimit } from './bench';
import { misplaced, quorums, stacked, unsettled, wrongQuorums } from './findings';
import { type Scene, nodePicture } from './picture';
import { type Step, stepsFor } from './scenarios';

/** Seconds in which all must have found its place. */
const SETTLE_LIMIT = 45;

/** Whether the environment's nodes hold its pods, whatever happens to nodes and pods. */
export const capacity: Part = {
  name: 'capacity',
  run: async (rehearsal) => {
    const bench = new Bench(rehearsal);
    const installed: Step = { what: 'installed', happens: () => install(bench), spreads: true };
    const scenes: Scene[] = [];
    await bench.start();
    try {
      for (const step of [installed, ...stepsFor(bench)]) {
        const scene = await take(rehearsal, bench, step);
        scenes.push(scene);
        if (scene.verdict === 'ok') continue;
        // What comes next is not to fail for what went wrong here.
        await bench.reset();
        await settle(bench);
      }
    } finally {
      rehearsal.journal.pictures.push(nodePicture(scenes, bench.services));
      await bench.stop();
    }
  },
};

async function install(bench: Bench): Promise<Run[]> {
  const run = await bench.release();
  // What the autoscalers do within their first half minute.
  await bench.scale('minReplicas');
  return [run];
}

async function take({ journal }: Rehearsal, bench: Bench, step: Step): Promise<Scene> {
  const { what, happens, spreads, stopsKafka = false } = step;
  const started = journal.now();
  bench.watch.forget();
  const runs = await happens(bench);
  const left = await settle(bench);
  const sight = await bench.look();
  const silent = [...bench.watch.fewestReady()].filter(([, ready]) => ready === 0).map(([name]) => name);
  const faults = [
    ...runs.filter(({ code }) => code !== 0).map(lastLine),
    ...left,
    ...silent.map((name) => `${name} had no ready pod at some moment`),
    ...stacked(sight),
    ...wrongQuorums(quorums(sight), stopsKafka),
    ...(spreads ? misplaced(sight, bench.services) : []),
  ];
  const fewest = [...bench.watch.fewestReady().values()];
  const preempted = bench.watch.preemptedPods();
  const facts = [
    `${sight.pods.length} pods on ${bench.nodes.length - bench.away.size} nodes`,
    ...(fewest.length > 0 ? [`fewest ready ${fewest.join(', ')}`] : []),
    ...quorums(sight).map(({ name, left, members }) => `${name} ${left} of ${members}`),
    ...runs.filter(({ command }) => command.includes(' upgrade --install ')).map(ofTheLimit),
    ...(preempted.length > 0 ? [`preempted ${preempted.join(', ')}`] : []),
  ];
  const verdict = faults.length > 0 ? 'fault' : 'ok';
  journal.row({
    part: 'capacity',
    what,
    verdict,
    detail: [...faults, facts.join('; ')].join('\n'),
    seconds: journal.now() - started,
  });
  return { what, verdict, sight };
}

/** Waits until all has its place, and for a moment after that; what had none in the end. */
async function settle(bench: Bench): Promise<string[]> {
  let calm = 0;
  let left: string[] = [];
  for (let tries = 0; tries < SETTLE_LIMIT * 2; tries++) {
    left = unsettled(await bench.look());
    calm = left.length === 0 ? calm + 1 : 0;
    if (calm === 2) return [];
    await pause(500);
  }
  return left;
}

function lastLine({ command, output }: Run): string {
  return `${command.split(' ').slice(0, 2).join(' ').replace(/^.*\//, '')}: ${output.trim().split('\n').at(-1) ?? ''}`;
}
