import type { Block, Document } from '../../report/document';
import { details, heading, lines, table } from '../../report/document';
import type { CostItem, Estimate } from './estimate';
import { HOURS } from './meters';
import { PRICES_VERSION } from './prices';

/** US dollars with cents; unknown where there is no price. */
export function dollars(usd: number | undefined): string {
  return usd === undefined ? 'unknown' : `$${usd.toFixed(2)}`;
}

/** A difference of dollars with its sign. */
export function signed(usd: number): string {
  const rounded = Math.round(usd * 100) / 100;
  return rounded === 0 ? '±$0.00' : `${rounded > 0 ? '+' : '−'}$${Math.abs(rounded).toFixed(2)}`;
}

/** The bill of one environment, for `npm run cost`. */
export function costDocument(estimates: readonly Estimate[]): Document {
  return {
    title: 'Monthly cost',
    subtitle: `${[...new Set(estimates.map(({ region }) => region))].join(', ')}, on demand, before tax, ${HOURS} hours; price table of ${PRICES_VERSION} (lib/tools/cost/prices.ts)`,
    blocks: estimates.flatMap((estimate) => costBlocks(estimate)),
  };
}

function costBlocks({ environment, region, items, fixed, variable, total, usage }: Estimate): Block[] {
  const fixedItems = items.filter((item) => !item.usage);
  const usageItems = items.filter((item) => item.usage);
  const unknown = items.filter(({ usd }) => usd === undefined);
  return [
    heading(
      total === undefined
        ? `${environment}: unknown, for the prices of ${region} are not in the table`
        : `${environment}: ${dollars(total)} a month${unknown.length > 0 ? ' and what is unknown' : ''}`,
    ),
    table({
      columns: ['service', 'what', 'stack', 'quantity', 'unit price', 'a month', 'price'],
      right: [3, 4, 5],
      rows: [...fixedItems, ...usageItems].map(row),
      totals: [
        ['', 'fixed, whether used or not', '', '', '', dollars(total === undefined ? undefined : fixed)],
        ['', 'by use, at the assumption below', '', '', '', dollars(total === undefined ? undefined : variable)],
      ],
    }),
    details('by stack and by service', [
      table(sums('stack', items, ({ stack }) => stack)),
      table(sums('service', items, ({ service }) => service)),
    ]),
    lines([
      {
        text: `use is assumed as ${Object.entries(usage)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')} (lib/tools/cost/usage.ts)`,
        tone: 'muted',
      },
      ...(unknown.length > 0
        ? [
            {
              text: `not in the sums, price unknown: ${unknown.map(({ service, item, quantity }) => `${service} ${item} (${amount(quantity)})`).join('; ')}`,
              tone: 'warning' as const,
            },
          ]
        : []),
      {
        text: 'not reckoned: traffic between zones and to the internet, KMS and Secrets Manager requests, alarms, support',
        tone: 'muted',
      },
    ]),
  ];
}

function row({ service, item, stack, quantity, rate, usd }: CostItem): string[] {
  return [
    service,
    item,
    stack,
    amount(quantity),
    rate?.usd === undefined ? '' : `$${rate.usd} / ${rate.unit}`,
    dollars(usd),
    rate?.usd === undefined ? 'unknown' : `${rate.confidence}, ${rate.date}`,
  ];
}

function sums(name: string, items: readonly CostItem[], of: (item: CostItem) => string) {
  const keys = [...new Set(items.map(of))].sort();
  const sum = (key: string, isUsage: boolean) =>
    items.filter((item) => of(item) === key && item.usage === isUsage).reduce((total, { usd = 0 }) => total + usd, 0);
  const unknowns = (key: string) => items.filter((item) => of(item) === key && item.usd === undefined).length;
  return {
    columns: [name, 'fixed', 'by use', 'unknown lines'],
    right: [1, 2, 3],
    rows: keys.map((key) => [key, dollars(sum(key, false)), dollars(sum(key, true)), String(unknowns(key) || '')]),
  };
}

/** A quantity with two decimals at most. */
export function amount(quantity: number): string {
  return String(Math.round(quantity * 100) / 100);
}
