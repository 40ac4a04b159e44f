import diff from 'microdiff';

/** One place where two trees differ. Without `before` it is new, without `after` it is gone. */
export interface Change {
  /** Such as `spec.template.spec.containers[approval].image`. */
  readonly path: string;

  readonly before?: unknown;
  readonly after?: unknown;
}

/** Fields that tell the elements of a list apart, first match first. */
const KEYS = ['name', 'Name', 'key', 'Key', 'containerPort', 'port', 'mountPath', 'topologyKey', 'Sid', 'Id', 'id'];

/** Lists of plain values in which the order has a meaning. */
const ORDERED = ['command', 'args'];

/** A map in place of a list: its keys are shown in brackets. */
class Elements {
  [key: string]: unknown;
}

/**
 * What differs between two trees, for people: elements of lists are recognized by their name, not by their position, and
 * the order of lists and keys is no difference.
 */
export function differences(before: unknown, after: unknown): Change[] {
  const [left, right] = pair({ '': before }, { '': after }, '');
  return diff(left as Record<string, unknown>, right as Record<string, unknown>, { cyclesFix: false })
    .map((entry) => ({
      path: pathText(entry.path.slice(1), right, left),
      ...('oldValue' in entry && { before: plain(entry.oldValue) }),
      ...('value' in entry && { after: plain(entry.value) }),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Both trees with lists turned into maps, by the same key on both sides. */
function pair(before: unknown, after: unknown, field: string): [unknown, unknown] {
  if (Array.isArray(before) && Array.isArray(after)) return pairLists(before, after, field);
  if (isMap(before) && isMap(after)) {
    const left: Record<string, unknown> = {};
    const right: Record<string, unknown> = {};
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [a, b] = pair(before[key], after[key], key);
      if (a !== undefined) left[key] = a;
      if (b !== undefined) right[key] = b;
    }
    return [left, right];
  }
  return [before, after];
}

function pairLists(before: readonly unknown[], after: readonly unknown[], field: string): [Elements, Elements] {
  if (ORDERED.includes(field)) return [byPosition(before), byPosition(after)];
  const key = [...before, ...after].every(isMap) ? keyOf(before, after) : undefined;
  const [left, right] = key ? [byKey(before, key), byKey(after, key)] : withoutCommon(before, after);
  const [a, b] = pair(left, right, field);
  return [Object.assign(new Elements(), a), Object.assign(new Elements(), b)];
}

function keyOf(...lists: (readonly unknown[])[]): string | undefined {
  return KEYS.find((key) =>
    lists.every((list) => {
      const values = list.map((item) => (item as Record<string, unknown>)[key]);
      return (
        values.every((value) => ['string', 'number'].includes(typeof value)) && new Set(values).size === values.length
      );
    }),
  );
}

function byKey(list: readonly unknown[], key: string): Record<string, unknown> {
  return Object.fromEntries(list.map((item) => [String((item as Record<string, unknown>)[key]), item]));
}

function byPosition(list: readonly unknown[]): Elements {
  return Object.assign(new Elements(), Object.fromEntries(list.entries()));
}

/** Elements of one list that the other has not, plain values by themselves and the rest by position. */
function withoutCommon(
  before: readonly unknown[],
  after: readonly unknown[],
): [Record<string, unknown>, Record<string, unknown>] {
  const rest = (list: readonly unknown[], other: readonly unknown[]) => {
    const common = other.map(canonical);
    return list.filter((item) => {
      const at = common.indexOf(canonical(item));
      if (at >= 0) common.splice(at, 1);
      return at < 0;
    });
  };
  const name = (list: readonly unknown[]) =>
    Object.fromEntries(list.map((item, i) => [typeof item === 'object' ? String(i) : String(item), item]));
  return [name(rest(before, after)), name(rest(after, before))];
}

/** JSON that does not depend on the order of keys. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, item: unknown) =>
      isMap(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
    ) ?? 'undefined'
  );
}

function pathText(keys: readonly (string | number)[], ...trees: unknown[]): string {
  let nodes = trees.map((tree) => (tree as Record<string, unknown>)['']);
  let text = '';
  for (const key of keys) {
    const inList = nodes.some((node) => node instanceof Elements);
    text += inList || /[./]/.test(String(key)) ? `[${key}]` : `${text && '.'}${key}`;
    nodes = nodes.map((node) =>
      typeof node === 'object' ? (node as Record<string, unknown> | null)?.[key] : undefined,
    );
  }
  return text;
}

function plain(value: unknown): unknown {
  if (value instanceof Elements) return Object.values(value).map(plain);
  if (Array.isArray(value)) return value.map(plain);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) : value;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
