import type { Pod } from 'kubernetes-types/core/v1';
import { parseQuantity } from '../../../config/quantity';
import { escapeHtml } from '../../../report/html';
import type { GroupNode } from '../cluster/nodes';
import type { Picture, Verdict } from '../journal';
import { type Sight, nameOf } from './findings';

/** What a cluster looked like after a scenario. */
export interface Scene {
  readonly what: string;
  readonly verdict: Verdict;
  readonly sight: Sight;
}

/** Colours of the services, in their order, each with one that reads on a dark page as well. */
const COLOURS = ['#3b82c4', '#c2762b', '#3f9a63', '#a8589a', '#8a8f2f', '#b5545c'];

const KAFKA = 'Kafka and ZooKeeper';
const SYSTEM = 'add-ons, controllers, daemons';

const STYLE = `
.scene { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .5rem; margin: .4rem 0 1.4rem; }
.node { border: 1px solid var(--rule); border-radius: 6px; padding: .4rem .55rem; font-size: 12px; line-height: 1.45; }
.node b { font-size: 13px; } .node.away { opacity: .45; border-style: dashed; } .node.waiting { border-color: var(--danger); }
.room { display: flex; height: 1.1rem; background: var(--soft); border: 1px solid var(--rule); margin: .25rem 0; overflow: hidden; }
.room i { display: block; box-sizing: border-box; border-right: 1px solid var(--paper); min-width: 2px; flex: 0 0 auto; }
.room i.ending { opacity: .4; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: 13px; }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .35em; }
${[...COLOURS, '#7b6cc9', '#8b949e'].map((colour, i) => `.pods-${i} { background: ${colour}; }`).join(' ')}
h3 { font-size: 14px; margin: 0; }
`;

/**
 * The nodes of each scenario with the CPU that their pods ask for, each pod as wide as its request.
 *
 * @param services names of the services: label `app` of their pods
 */
export function nodePicture(scenes: readonly Scene[], services: readonly string[]): Picture {
  const kinds = [...services, KAFKA, SYSTEM];
  const key = kinds.map(
    (kind, i) => `<span><span class="swatch ${colourOf(i, kinds)}"></span>${escapeHtml(kind)}</span>`,
  );
  const drawn = scenes.map(({ what, verdict, sight }) => {
    const { nodes, pods, away } = sight;
    const cards = nodes.map((node) =>
      nodeCard(
        node,
        pods.filter(({ spec }) => spec?.nodeName === node.name),
        kinds,
        away.has(node.name),
      ),
    );
    const waiting = pods.filter(({ spec, metadata }) => !spec?.nodeName && !metadata?.deletionTimestamp);
    const left = waiting.length > 0 ? [waitingCard(waiting, kinds)] : [];
    return `<h3>${escapeHtml(what)}: <span class="${verdict === 'ok' ? 'good' : 'danger'}">${verdict}</span></h3>\n<div class="scene">\n${[...cards, ...left].join('\n')}\n</div>`;
  });
  return {
    title: 'Nodes with their pods, by the CPU that each asks for',
    markup: [`<p class="key">${key.join('')}</p>`, ...drawn].join('\n'),
    style: STYLE,
  };
}

function nodeCard(
  { name, instanceType, room }: GroupNode,
  pods: readonly Pod[],
  kinds: readonly string[],
  isAway: boolean,
) {
  const asked = pods.reduce((sum, pod) => sum + cpuOf(pod), 0);
  return [
    `<div class="node${isAway ? ' away' : ''}"><b>${escapeHtml(name)}</b> ${escapeHtml(isAway ? 'away' : instanceType)}`,
    `<div class="room">${bars(pods, kinds, room.cpu)}</div>`,
    `${cores(asked)} of ${cores(room.cpu)} cores, ${pods.length} of ${room.pods} pods<br>`,
    `${escapeHtml(counts(pods, kinds))}</div>`,
  ].join('\n');
}

function waitingCard(pods: readonly Pod[], kinds: readonly string[]): string {
  return `<div class="node waiting"><b class="danger">no place</b> ${pods.length} pods<br>\n${escapeHtml(counts(pods, kinds))}</div>`;
}

/** Pods of one kind side by side; a pod that asks for nothing is a line. */
function bars(pods: readonly Pod[], kinds: readonly string[], room: number): string {
  return kinds
    .flatMap((kind, i) =>
      pods.filter((pod) => kindOf(pod, kinds) === kind).map((pod) => ({ pod, colour: colourOf(i, kinds) })),
    )
    .map(({ pod, colour }) => {
      const ending = pod.metadata?.deletionTimestamp ? ' ending' : '';
      const share = ((100 * cpuOf(pod)) / room).toFixed(1);
      const title = `${nameOf(pod)}: ${cpuOf(pod)}m`;
      return `<i class="${colour}${ending}" style="width: ${share}%" title="${escapeHtml(title)}"></i>`;
    })
    .join('');
}

function counts(pods: readonly Pod[], kinds: readonly string[]): string {
  return kinds
    .map((kind) => [kind, pods.filter((pod) => kindOf(pod, kinds) === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind === SYSTEM ? 'others' : kind === KAFKA ? 'Kafka' : kind}`)
    .join(', ');
}

function kindOf({ metadata }: Pod, kinds: readonly string[]): string {
  const app = metadata?.labels?.app ?? '';
  if (['kafka', 'zookeeper'].includes(app)) return KAFKA;
  return kinds.includes(app) ? app : SYSTEM;
}

/** The last two are never those of a service. */
function colourOf(i: number, kinds: readonly string[]): string {
  const own = kinds.length - i;
  return `pods-${own <= 2 ? COLOURS.length + 2 - own : i % COLOURS.length}`;
}

/** Millicores that a pod asks for, with those of its sidecars. */
function cpuOf({ spec }: Pod): number {
  const sidecars = (spec?.initContainers ?? []).filter(
    (container) => (container as { readonly restartPolicy?: string }).restartPolicy === 'Always',
  );
  const requests = [...(spec?.containers ?? []), ...sidecars].map(
    ({ resources }) => parseQuantity(resources?.requests?.cpu) ?? 0,
  );
  return Math.round(requests.reduce((sum, cpu) => sum + cpu, 0) * 1000);
}

function cores(millicores: number): string {
  return (millicores / 1000).toFixed(1);
}
