import type { Change } from '../../assembly/difference';
import type { FileChange } from './assets';
import type { ObjectChange, ReleaseChange } from './cluster';
import { type Block, type Document, type Line, type Tone, details, heading, lines } from '../../report/document';
import type { Finding } from './findings';
import type { Report } from './report';
import { type OutputChange, type Refusal, type ResourceChange, isKubernetes } from './resources';

/** Characters of a value that are shown. */
const LONGEST_VALUE = 160;

/** Names that a headline shows of each stack. */
const MOST_NAMES = 5;

/** Objects that change in the same way are shown together from this number on. */
const TOGETHER = 4;

/** A review in words. */
export function describeReport(report: Report): Document {
  const { baseName, headName, environments } = report;
  return {
    title: `Review: ${headName} against ${baseName}`,
    subtitle: `environments: ${environments.join(', ')}`,
    blocks: [
      lines(headlines(report)),
      ...cloudBlocks(report),
      ...clusterBlocks(report),
      ...permissionBlocks(report),
      ...costBlocks(report),
      ...findingBlocks(report),
      ...operationBlocks(report),
    ],
  };
}

/** The top of the report: the most dangerous first. */
function headlines(report: Report): Line[] {
  const { dangers, refusals, permissions, cloud, releases, cost, findings, operations, same } = report;
  if (same) return [{ text: 'No change: cloud, cluster and compliance are the same on both sides.', tone: 'good' }];
  const alarms = permissions.filter(({ alarm }) => alarm);
  const restarts = releases.flatMap(({ objects }) => objects.filter(({ restart }) => restart));
  const count = (effect: ResourceChange['effect']) =>
    cloud.resources.filter((change) => change.effect === effect).length;
  const counts = (['removed', 'replaced', 'may be replaced', 'changed', 'added'] as const)
    .map((effect) => [effect, count(effect)] as const)
    .filter(([, number]) => number > 0)
    .map(([effect, number]) => `${number} ${effect}`);
  const steps = operations.map(({ environment, minutes, oneWay, downtime }) => {
    const way = oneWay.length > 0 ? 'no way back' : 'reversible';
    return `${environment} about ${minutes} min, ${way}${downtime.length > 0 ? ', with downtime' : ''}`;
  });
  return [
    ...dangers
      .filter(({ accepted }) => !accepted)
      .map(({ what, id }): Line => ({
        text: `DATA LOSS: ${what}`,
        tone: 'danger',
        below: [{ text: `if this is meant: --accept ${id}` }],
      })),
    ...dangers
      .filter(({ accepted }) => accepted)
      .map(({ what }): Line => ({ text: `accepted: ${what}`, tone: 'warning' })),
    ...refusalLines(refusals),
    ...alarms.map(({ stack, sentence, alarm }): Line => ({
      text: `PERMISSION: ${stack}: ${sentence} (${alarm})`,
      tone: 'warning',
    })),
    ...(findings.added.length > 0
      ? [{ text: `COMPLIANCE: ${findings.added.length} new open findings`, tone: 'warning' } as const]
      : []),
    { text: `resources: ${counts.join(', ') || 'none'}; releases: ${releases.length || 'none'}` },
    ...(restarts.length > 0
      ? [{ text: `pods restart: ${restarts.map(({ kind, name }) => `${kind} ${name}`).join(', ')}` }]
      : []),
    { text: cost.headline },
    ...(steps.length > 0 ? [{ text: `deployment: ${steps.join('; ')}` }] : []),
  ];
}

/** Refusals of one cause together. */
function refusalLines(refusals: readonly Refusal[]): Line[] {
  const causes = [...new Set(refusals.map(({ why }) => why))];
  return causes.map((cause): Line => {
    const same = refusals.filter(({ why }) => why === cause);
    const stacks = [...new Set(same.map(({ stack }) => stack))].map((stack) => {
      const names = same.filter((refusal) => refusal.stack === stack).map(({ what }) => what);
      const more = names.length - MOST_NAMES;
      return `${stack}: ${names.slice(0, MOST_NAMES).join('; ')}${more > 0 ? ` and ${more} more` : ''}`;
    });
    const remedies = [...new Set(same.map(({ remedy }) => remedy))].map((text) => ({ text }));
    const [only = ''] = stacks;
    return stacks.length > 1
      ? { text: `WILL FAIL: ${cause}`, tone: 'danger', below: [...stacks.map((text) => ({ text })), ...remedies] }
      : { text: `WILL FAIL: ${only}: ${cause}`, tone: 'danger', below: remedies };
  });
}

const TONES: Readonly<Record<ResourceChange['effect'] | ObjectChange['effect'], Tone | undefined>> = {
  removed: 'removed',
  replaced: 'warning',
  'may be replaced': 'warning',
  changed: undefined,
  added: 'added',
};

function cloudBlocks({ cloud, files }: Report): Block[] {
  const { resources, outputs, parameters, stacksAdded, stacksRemoved } = cloud;
  const stacks = [...new Set([...resources, ...outputs, ...parameters].map(({ stack }) => stack))];
  if (stacks.length + stacksAdded.length + stacksRemoved.length === 0) return [];
  return [
    heading('Cloud'),
    ...stacks.map((stack) => {
      const own = resources.filter((change) => change.stack === stack);
      const state = stacksAdded.includes(stack)
        ? ' (new stack)'
        : stacksRemoved.includes(stack)
          ? ' (stack is gone)'
          : '';
      return details(`${stack}${state}: ${tally(own)}`, [
        lines([
          ...own.map((change) => resourceLine(change, files.get(change) ?? [])),
          ...outputs.filter((output) => output.stack === stack).map((output) => outputLine('output', output)),
          ...parameters
            .filter((parameter) => parameter.stack === stack)
            .map((parameter) => outputLine('parameter', parameter)),
        ]),
      ]);
    }),
  ];
}

function tally(changes: readonly { effect: string }[]): string {
  const effects = [...new Set(changes.map(({ effect }) => effect))];
  return (
    effects.map((effect) => `${changes.filter((change) => change.effect === effect).length} ${effect}`).join(', ') ||
    'outputs'
  );
}

function resourceLine(
  { type, path, effect, because, changes, fate, loses }: ResourceChange,
  files: readonly FileChange[],
): Line {
  const why = because.length > 0 ? `, because ${because.join(', ')} ${because.length > 1 ? 'differ' : 'differs'}` : '';
  const end = fate && fate !== 'deleted' ? ` (the old one is ${fate})` : '';
  const where = isKubernetes(type) && effect === 'changed' ? ', see cluster' : '';
  return {
    text: `${effect}: ${path} [${type}]${why}${end}${where}`,
    tone: loses === undefined ? TONES[effect] : 'danger',
    below: [...changes.map(changeLine), ...fileLines(files)],
  };
}

function fileLines(files: readonly FileChange[]): Line[] {
  const shown = files.slice(0, 10).map(({ file, effect, bytesBefore, bytesAfter }): Line => {
    const size = effect === 'changed' ? `${bytesBefore} → ${bytesAfter} bytes` : `${bytesAfter || bytesBefore} bytes`;
    return { text: `file ${file} ${effect}, ${size}`, tone: 'muted' };
  });
  return files.length > shown.length
    ? [...shown, { text: `and ${files.length - shown.length} more files`, tone: 'muted' }]
    : shown;
}

function outputLine(what: string, { name, before, after }: OutputChange): Line {
  return { ...changeLine({ path: `${what} ${name}`, ...(before && { before }), ...(after && { after }) }) };
}

function changeLine(change: Change): Line {
  // A plain value in a list is its own name.
  const path = change.path.replace(/\[([^\]]*)\]$/, (key, name) =>
    name === (change.after ?? change.before) ? '' : key,
  );
  const [before, after] = [value(change.before), value(change.after)];
  if (!('before' in change)) return { text: `+ ${path}: ${after}`, tone: 'added' };
  if (!('after' in change)) return { text: `- ${path}: ${before}`, tone: 'removed' };
  return { text: `~ ${path}: ${before} → ${after}` };
}

function value(something: unknown): string {
  const text = typeof something === 'string' ? something : (JSON.stringify(something) ?? 'nothing');
  const line = text.replaceAll('\n', '⏎');
  return line.length > LONGEST_VALUE ? `${line.slice(0, LONGEST_VALUE)}… (${line.length} characters)` : line || '""';
}

function clusterBlocks({ releases }: Report): Block[] {
  if (releases.length === 0) return [];
  return [
    heading('Cluster'),
    ...releases.map((release) =>
      details(`${release.stack}: ${release.name} ${release.effect} (${release.chart})`, [lines(releaseLines(release))]),
    ),
  ];
}

function releaseLines({ objects, values, notes, effect }: ReleaseChange): Line[] {
  const common = commonChanges(objects);
  const isCommon = (change: Change) => common.some(({ key }) => key === changeKey(change));
  const own = objects.map((object) => ({ ...object, changes: object.changes.filter((change) => !isCommon(change)) }));
  const shown = own.filter((object) => object.effect !== 'changed' || object.changes.length > 0);
  const lone = effect === 'changed' ? shown : [];
  return [
    ...notes.map((text): Line => ({ text, tone: 'warning' })),
    ...common.map(({ change, names }): Line => ({
      text: `on ${names.length} objects: ${changeLine(change).text}`,
      tone: 'muted',
    })),
    ...lone.map(objectLine),
    ...(effect === 'changed'
      ? []
      : [{ text: `objects: ${countKinds(objects) || 'unknown, the chart is not in this repository'}` }]),
    ...values.map(changeLine),
  ];
}

function countKinds(objects: readonly ObjectChange[]): string {
  const kinds = [...new Set(objects.map(({ kind }) => kind))].sort();
  return kinds.map((kind) => `${objects.filter((object) => object.kind === kind).length} ${kind}`).join(', ');
}

function objectLine({ kind, namespace, name, effect, changes, restart, loses }: ObjectChange): Line {
  const restartLines: Line[] = restart
    ? [
        {
          text: `restarts ${restart.pods} pods, ${restart.how}: ${restart.because.join(', ')} ${restart.because.length > 1 ? 'differ' : 'differs'}`,
          tone: 'warning',
        },
      ]
    : [];
  return {
    text: `${effect}: ${kind} ${[namespace, name].filter(Boolean).join('/')}${loses ? `; lost is ${loses}` : ''}`,
    tone: loses === undefined ? TONES[effect] : 'danger',
    below: [...changes.map(changeLine), ...restartLines],
  };
}

const changeKey = (change: Change): string => JSON.stringify(change);

function commonChanges(objects: readonly ObjectChange[]): { key: string; change: Change; names: string[] }[] {
  const found = new Map<string, { key: string; change: Change; names: string[] }>();
  for (const { changes, name, kind } of objects) {
    for (const change of changes) {
      const key = changeKey(change);
      const entry = found.get(key) ?? { key, change, names: [] };
      entry.names.push(`${kind} ${name}`);
      found.set(key, entry);
    }
  }
  return [...found.values()].filter(({ names }) => names.length >= TOGETHER);
}

function permissionBlocks({ permissions }: Report): Block[] {
  if (permissions.length === 0) return [];
  return [
    heading('Permissions and network'),
    details(
      `${permissions.filter(({ gives }) => gives).length} given, ${permissions.filter(({ gives }) => !gives).length} taken`,
      [
        lines(
          permissions.map(({ stack, gives, sentence, alarm }): Line => ({
            text: `${gives ? '+' : '-'} ${stack}: ${sentence}${alarm ? ` (${alarm})` : ''}`,
            tone: alarm ? 'warning' : gives ? 'added' : 'removed',
          })),
        ),
      ],
    ),
  ];
}

function costBlocks({ cost, same }: Report): Block[] {
  return same ? [] : [heading('Cost'), ...cost.blocks];
}

function findingBlocks({ findings }: Report): Block[] {
  const { added, fixed, acknowledged, withdrawn, open, unknown } = findings;
  if (unknown) return [heading('Compliance'), lines([{ text: `not compared: ${unknown}`, tone: 'muted' }])];
  if (added.length + fixed.length + acknowledged.length + withdrawn.length === 0) return [];
  const findingLines = (found: readonly Finding[], what: string, tone: Tone): Line[] =>
    found.map(({ rule, construct, description, reason }) => ({
      text: `${what}: ${rule} at ${construct}`,
      tone,
      below: [{ text: reason ?? description }],
    }));
  return [
    heading('Compliance'),
    details(
      `${added.length} new, ${fixed.length} fixed, ${acknowledged.length} newly acknowledged; ${open} open on this side`,
      [
        lines([
          ...findingLines(added, 'new', 'warning'),
          ...findingLines(withdrawn, 'no longer acknowledged', 'warning'),
          ...findingLines(acknowledged, 'acknowledged', 'muted'),
          ...findingLines(fixed, 'fixed', 'good'),
        ]),
      ],
    ),
  ];
}

function operationBlocks({ operations }: Report): Block[] {
  if (operations.length === 0) return [];
  return [
    heading('Deployment'),
    ...operations.map(({ environment, steps, minutes, longest, notes, downtime, oneWay }) => {
      const path = longest.length > 0 ? `: ${longest.join(', then ')}` : '';
      return details(
        `${environment}: about ${minutes} min, ${oneWay.length > 0 ? 'not reversible' : 'reversible by deploying the old commit'}`,
        [
          lines([
            { text: `order: ${steps.map((step) => step.join(' with ')).join(', then ')}` },
            { text: `longest chain${path || ': nothing that takes a minute'}` },
            ...downtime.map((text): Line => ({ text: `downtime: ${text}`, tone: 'warning' })),
            ...oneWay.map((text): Line => ({ text: `no way back: ${text}`, tone: 'warning' })),
            ...notes.map((text): Line => ({ text })),
          ]),
        ],
      );
    }),
  ];
}
