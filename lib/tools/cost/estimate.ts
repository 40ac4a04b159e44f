import { MissingProgramError } from '../../assembly/kubernetes/tools';
import { type Assembly, type AssemblyStack, resourcesOf } from '../../assembly/assembly';
import { References } from '../../assembly/references';
import { objectsOf, readReleases } from '../../assembly/releases';
import { METERS, type Meter, type MeterContext, functionMeters, volumeMeters } from './meters';
import { PRICED_REGION, PRICES, type Price } from './prices';
import { type Usage, usageOf } from './usage';

/** One line of the bill. */
export interface CostItem extends Meter {
  readonly stack: string;

  /** US dollars per month; undefined where the price is unknown. */
  readonly usd: number | undefined;

  /** The price; undefined where the table has no entry. */
  readonly rate?: Price;
}

/** What an environment costs in a month of 730 hours. */
export interface Estimate {
  readonly environment: string;

  /** Region of the environment; what it has in us-east-1 beside is told with it. */
  readonly region: string;
  readonly items: readonly CostItem[];
  readonly usage: Usage;

  /** Sum of what runs whether or not anybody uses it, without unknown prices. */
  readonly fixed: number;

  /** Sum of what use costs at the assumption, without unknown prices. */
  readonly variable: number;

  /** Sum of both; undefined where the price table is of another region. */
  readonly total: number | undefined;
}

/**
 * Reckons the monthly cost of an environment from its templates and the objects of its charts.
 *
 * @param today ISO 8601 date, for the support calendar of Kubernetes
 */
export function estimateCost(assembly: Assembly, environment: string, today: string): Estimate {
  const stacks = assembly.stacks.filter((stack) => stack.environment === environment);
  const regions = [...new Set(stacks.map((stack) => stack.region))];
  const region = regions.filter((each, _, { length }) => each !== 'us-east-1' || length === 1).join(', ');
  const usage = usageOf(stacks);
  const count = (type: string) =>
    stacks.flatMap(({ resources }) => Object.values(resources)).filter(({ Type }) => Type === type).length;
  const context: Omit<MeterContext, 'siblings'> = {
    usage,
    today,
    logGroups: count('AWS::Logs::LogGroup'),
    repositories: count('AWS::ECR::Repository'),
  };
  const meters: (Meter & { stack: string })[] = [];
  const references = new References(stacks);
  for (const each of stacks) {
    const { name: stack, resources } = each;
    const functions = answering(each, references);
    const add = (found: readonly Meter[]) => meters.push(...found.map((meter) => ({ ...meter, stack })));
    for (const [logicalId, { Type, Properties = {} }] of Object.entries(resources)) {
      if (Type === 'AWS::Lambda::Function') add(functions.has(logicalId) ? functionMeters(Properties, usage) : []);
      else add(METERS[Type]?.(Properties, { ...context, siblings: resources }) ?? []);
    }
  }
  for (const release of readReleases(assembly)) {
    if (release.environment !== environment) continue;
    try {
      meters.push(...volumeMeters(objectsOf(release)).map((meter) => ({ ...meter, stack: release.stack })));
    } catch (error) {
      if (error instanceof MissingProgramError) throw error;
      // The report has helm's message where it compares the releases; what cannot be installed costs nothing.
    }
  }
  const isPriced = region === '' || region === PRICED_REGION;
  const items = merge(meters).map((meter): CostItem => {
    const rate = isPriced ? PRICES[meter.price] : undefined;
    return { ...meter, rate, usd: rate?.usd === undefined ? undefined : rate.usd * meter.quantity };
  });
  const sum = (isUsage: boolean) =>
    items.filter(({ usage }) => usage === isUsage).reduce((total, { usd = 0 }) => total + usd, 0);
  const [fixed, variable] = [sum(false), sum(true)];
  return { environment, region, items, usage, fixed, variable, total: isPriced ? fixed + variable : undefined };
}

/** Functions of a stack that a load balancer or an API calls, by themselves or by an alias or version of them. */
function answering(stack: AssemblyStack, references: References): Set<string> {
  const callees = resourcesOf([stack], 'AWS::Lambda::Permission')
    .filter(({ properties }) => /^(elasticloadbalancing|apigateway)\./.test(String(properties.Principal)))
    .flatMap(({ properties }) => references.resources(stack, properties.FunctionName));
  const behind = callees
    .filter(({ Type }) => /^AWS::Lambda::(Alias|Version)$/.test(Type))
    .flatMap(({ properties }) => references.resources(stack, properties.FunctionName));
  return new Set([...callees, ...behind].map(({ logicalId }) => logicalId));
}

/** Equal things of one stack in one line; what is assumed for the environment as a whole belongs to no single stack. */
function merge(meters: readonly (Meter & { stack: string })[]): (Meter & { stack: string })[] {
  const merged = new Map<string, Meter & { stack: string }>();
  for (const meter of meters) {
    const key = `${meter.usage ? '' : meter.stack}|${meter.service}|${meter.item}|${meter.price}`;
    const before = merged.get(key);
    const stack = before && before.stack !== meter.stack ? 'several' : meter.stack;
    merged.set(key, { ...meter, stack, quantity: meter.quantity + (before?.quantity ?? 0) });
  }
  return [...merged.values()].sort((a, b) => order(a).localeCompare(order(b), 'en'));
}

function order({ service, usage, item, stack }: Meter & { stack: string }): string {
  return [service, usage ? 1 : 0, item, stack].join('|');
}
