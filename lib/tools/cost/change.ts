import { type Assembly, stacksOf } from '../../assembly/assembly';
import { type Block, type Section, lines, table } from '../../report/document';
import { type CostItem, type Estimate, estimateCost } from './estimate';
import { amount, dollars, signed } from './table';

/** How the bills of two sides differ. */
export interface CostChange {
  readonly environment: string;
  readonly before?: Estimate;
  readonly after?: Estimate;

  /** Lines that differ in quantity or in price. */
  readonly items: readonly { readonly before?: CostItem; readonly after?: CostItem }[];
}

/** Compares two estimates of one environment. */
export function compareCosts(environment: string, before?: Estimate, after?: Estimate): CostChange {
  const key = ({ stack, service, item }: CostItem) => `${service}|${item}|${stack}`;
  const keys = [...new Set([...(before?.items ?? []), ...(after?.items ?? [])].map(key))].sort();
  const items = keys.flatMap((id) => {
    const was = before?.items.find((item) => key(item) === id);
    const is = after?.items.find((item) => key(item) === id);
    return was?.quantity === is?.quantity && was?.price === is?.price ? [] : [{ before: was, after: is }];
  });
  return { environment, before, after, items };
}

/** Whether a line that differs has no price on a side. */
function hasUnknown({ before, after }: CostChange['items'][number]): boolean {
  return [before, after].some((item) => item !== undefined && item.usd === undefined);
}

/**
 * What a change does to the bills of environments, for a review.
 *
 * @param today ISO 8601 date, for the support calendar of Kubernetes
 */
export function costSection(
  before: Assembly,
  after: Assembly,
  environments: readonly string[],
  today: string,
): Section {
  const estimate = (assembly: Assembly, environment: string) =>
    stacksOf(assembly, environment).length > 0 ? estimateCost(assembly, environment, today) : undefined;
  const changes = environments.map((environment) =>
    compareCosts(environment, estimate(before, environment), estimate(after, environment)),
  );
  const changed = changes.filter(({ items }) => items.length > 0);
  return { headline: headline(changes), blocks: changed.length > 0 ? changeBlocks(changed) : [unchanged(changes)] };
}

/** Sum of a side, 0 where the environment is not there; undefined where its region has no prices. */
const total = (estimate?: Estimate) => (estimate ? estimate.total : 0);

function headline(changes: readonly CostChange[]): string {
  const differences = changes.flatMap(({ environment, before, after, items }) => {
    const [was, is] = [total(before), total(after)];
    if (was === undefined || is === undefined) return [`${environment} unknown`];
    const usd = is - was;
    const unknown = items.some(hasUnknown);
    return Math.abs(usd) >= 0.005 || unknown
      ? [`${environment} ${signed(usd)}${unknown ? ' and what is unknown' : ''}`]
      : [];
  });
  return `cost a month: ${differences.join(', ') || 'no difference'}`;
}

function unchanged(changes: readonly CostChange[]): Block {
  const bills = changes.map(({ environment, after }) => `${environment} ${dollars(after?.total)}`);
  return lines([{ text: `unchanged: ${bills.join(', ')} a month without what is unknown` }]);
}

function changeBlocks(changes: readonly CostChange[]): Block[] {
  const rows = changes.map(({ environment, before, after, items }) => {
    const unknown = items.some(hasUnknown) ? ' and unknown' : '';
    const [was, is] = [total(before), total(after)];
    const difference = was === undefined || is === undefined ? 'unknown' : `${signed(is - was)}${unknown}`;
    return [environment, dollars(was), dollars(is), difference];
  });
  const items = changes.flatMap(({ environment, items }) => items.map((item) => ({ environment, ...item })));
  return [
    table({ columns: ['environment', 'before', 'after', 'a month'], right: [1, 2, 3], rows }),
    ...(items.length > 0
      ? [
          table({
            columns: ['what', 'stack', 'before', 'after', 'a month'],
            right: [2, 3, 4],
            rows: items.map((item) => {
              const { before, after } = item;
              const any = after ?? before;
              return [
                any ? `${any.service}: ${any.item}` : '',
                any?.stack ?? '',
                before ? amount(before.quantity) : '–',
                after ? amount(after.quantity) : '–',
                hasUnknown(item) ? 'unknown' : signed((after?.usd ?? 0) - (before?.usd ?? 0)),
              ];
            }),
          }),
        ]
      : []),
  ];
}
