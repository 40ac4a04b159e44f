/** How sure a price is: read off a bill or price list, taken from a second source, or reckoned from another price. */
export type Confidence = 'high' | 'medium' | 'low';

export interface Price {
  /** US dollars per unit, before tax; undefined where nobody has looked it up. */
  readonly usd: number | undefined;

  readonly unit: 'hour' | 'month' | 'GB-month' | 'GB' | 'million' | 'GB-second' | 'user';

  /** Where the number comes from. */
  readonly source: string;

  /** Month in which the source was read or written. */
  readonly date: string;

  readonly confidence: Confidence;
}

/** Region that the table is of. */
export const PRICED_REGION = 'ap-northeast-2';

/** Version of the table: the month of its last check. */
export const PRICES_VERSION = '2026-11';

const BILL_2026_04 = 'bill of a cluster in ap-northeast-2, 2026-04';
const COST_EXPLORER = 'Cost Explorer of an account in ap-northeast-2, 2026';
const PRICE_LIST = 'AWS price list API, 2026-08';

const price = (
  usd: number | undefined,
  unit: Price['unit'],
  source: string,
  date: string,
  confidence: Confidence,
): Price => ({ usd, unit, source, date, confidence });

const unknown = (unit: Price['unit']): Price => price(undefined, unit, 'not looked up', PRICES_VERSION, 'low');

/**
 * On-demand prices in that region. A price that is not here, or has no number, is shown as unknown and never counted as zero, and
 * so is every price of another region; `docs/review.md` says how to add one.
 */
export const PRICES: Readonly<Record<string, Price>> = {
  'eks.standard': price(0.1, 'hour', BILL_2026_04, '2026-04', 'high'),
  'eks.extended': price(0.6, 'hour', BILL_2026_04, '2026-04', 'high'),

  'ec2.t3.medium': price(0.052, 'hour', BILL_2026_04, '2026-04', 'high'),
  'ec2.t3.large': price(0.104, 'hour', 'twice t3.medium; t3.xlarge is 0.208 in a second table', '2026-04', 'medium'),
  'ec2.t3.xlarge': price(0.208, 'hour', 'price table of ap-northeast-2', '2026', 'medium'),
  'ec2.t4g.small': price(0.0208, 'hour', 'bill in ap-northeast-2, 2026-09', '2026-09', 'medium'),
  'ec2.t4g.medium': price(0.0416, 'hour', 'twice t4g.small', '2026-09', 'medium'),
  'ec2.t4g.large': price(0.0832, 'hour', 'four times t4g.small', '2026-09', 'medium'),
  'ec2.m5.large': price(0.118, 'hour', 'Korean price table', '2026', 'medium'),
  'ec2.m5.xlarge': price(0.236, 'hour', 'Korean price table', '2026', 'medium'),
  'ec2.m6i.large': price(0.118, 'hour', 'Korean price table', '2026', 'medium'),
  'ec2.m6i.xlarge': price(0.236, 'hour', 'twice m6i.large', '2026', 'medium'),
  'ec2.m6i.2xlarge': price(0.472, 'hour', 'four times m6i.large', '2026', 'medium'),
  'ec2.m7g.large': price(0.1, 'hour', 'us-east-1 0.0816 times 1.22', '2026', 'low'),

  'ebs.gp3': price(0.0912, 'GB-month', BILL_2026_04, '2026-04', 'high'),

  'nat.hour': price(0.059, 'hour', `${BILL_2026_04}; ${PRICE_LIST}`, '2026-08', 'high'),
  'nat.data': price(0.059, 'GB', `${BILL_2026_04}; ${PRICE_LIST}`, '2026-08', 'high'),
  'ipv4.address': price(0.005, 'hour', BILL_2026_04, '2026-04', 'high'),

  'alb.hour': price(0.0225, 'hour', COST_EXPLORER, '2026-09', 'high'),
  'alb.capacity': price(0.008, 'hour', COST_EXPLORER, '2026-09', 'medium'),
  'nlb.hour': price(0.0225, 'hour', 'price table of ap-northeast-2', '2026', 'medium'),
  'nlb.capacity': price(0.006, 'hour', 'price table of ap-northeast-2', '2026', 'medium'),

  'rds.db.t4g.micro': price(0.025, 'hour', COST_EXPLORER, '2026', 'high'),
  'rds.db.t3.micro': price(0.026, 'hour', BILL_2026_04, '2026-04', 'high'),
  'rds.db.m7g.large': unknown('hour'),
  'rds.gp3': price(0.131, 'GB-month', `${BILL_2026_04}; ${COST_EXPLORER}`, '2026-04', 'high'),

  'msk.kafka.t3.small': price(0.056, 'hour', 'us-east-1 0.0456 times 1.22', '2026', 'low'),
  'msk.kafka.m7g.large': price(0.249, 'hour', 'us-east-1 0.204 times 1.22', '2026', 'low'),
  'msk.storage': unknown('GB-month'),

  'elasticache.valkey.t4g.micro': unknown('hour'),
  'elasticache.valkey.t4g.small': unknown('hour'),
  'elasticache.valkey.m7g.large': unknown('hour'),
  'elasticache.snapshots': unknown('GB-month'),

  'kms.key': price(1, 'month', 'same in all regions: https://aws.amazon.com/kms/pricing/', '2026', 'medium'),
  'secretsmanager.secret': price(0.4, 'month', PRICE_LIST, '2026-08', 'high'),

  'waf.acl': price(5, 'month', 'price table', '2026', 'medium'),
  'waf.rule': price(1, 'month', 'price table', '2026', 'medium'),
  'waf.requests': price(0.6, 'million', 'price table', '2026', 'medium'),

  'lambda.requests': price(0.2, 'million', 'price table', '2026', 'medium'),
  'lambda.arm': price(0.0000133334, 'GB-second', 'price table', '2026', 'medium'),
  'lambda.x86': price(0.0000166667, 'GB-second', 'price table', '2026', 'medium'),

  'httpapi.requests': price(1.23, 'million', 'us-east-1 1.00 with the usual surcharge of the region', '2026', 'low'),
  'cognito.essentials': unknown('user'),
  'cognito.plus': unknown('user'),
  'cloudfront.data': unknown('GB'),
  'logs.ingestion': unknown('GB'),
  'logs.storage': unknown('GB-month'),
  'ecr.storage': unknown('GB-month'),
  'backup.storage': unknown('GB-month'),
};
