import { type Finding, type Result, enumerate } from '../../../report/findings';
import type { Verdict } from '../journal';

/** What a check must say although it is not `ok`. */
export interface Claim {
  readonly check: string;
  readonly result: Exclude<Result, 'ok'>;
  readonly found: RegExp;

  /**
   * How often at least.
   *
   * @default 1
   */
  readonly times?: number;
}

/** What a check cannot find out from the emulator, and what it says then. */
export interface CheckGap {
  /**
   * Title of the check.
   *
   * @default - any check that says so
   */
  readonly check?: string;
  readonly found: RegExp;
  readonly reason: string;
}

/** What `preflight` and `verify` ask of AWS that the emulator does not answer as AWS would. */
export const CHECK_GAPS: readonly CheckGap[] = [
  {
    check: 'Kubernetes version',
    found: /No route for GET \/cluster-versions/,
    reason: 'the emulator does not know which versions EKS supports',
  },
  {
    check: 'EKS add-ons',
    found: /No route for GET \/addons\/supported-versions/,
    reason: 'the emulator does not know which versions of add-ons there are',
  },
  {
    check: 'Node instance types',
    found: /Unknown EC2 action: DescribeInstanceTypeOfferings/,
    reason: 'the emulator does not know which instance types a zone has',
  },
  {
    check: 'Database class',
    found: /RDS does not offer mysql/,
    reason: 'the emulator sells a few versions and classes of its own',
  },
  { check: 'Cache', found: /has no valkey \S+ in/, reason: 'the emulator has a few versions of its own' },
  { check: 'Quotas', found: /UnknownError/, reason: 'the emulator has no Service Quotas' },
  {
    check: 'Secrets',
    found: /belongs to no stack of this environment/,
    reason: 'in a stack of the emulator a secret goes by its name, with CloudFormation by its ARN',
  },
  {
    check: 'Database migration',
    found: /^has not run$/,
    reason: 'the trigger is stubbed; tests of the employee service run the migration against a real database',
  },
  {
    check: 'Protection',
    found: /^1 of \d+ are off, deletion protection of cluster/,
    reason: 'the emulator knows no deletion protection of EKS',
  },
  { check: 'Employee service', found: /no targets$/, reason: 'the emulator registers no load balancer as a target' },
  { check: 'Public address', found: /./, reason: 'the emulator has no CloudFront that answers' },
];

/** What `verify` asks of a cluster where there is none. */
export const NO_CLUSTER: readonly CheckGap[] = [
  { check: 'Kubernetes API', found: /cannot be reached from here/, reason: 'the emulator has no cluster behind EKS' },
  { found: /^not looked at$/, reason: 'it asks the Kubernetes API' },
];

/** How what a command said compares to what is true. */
export interface Judgement {
  readonly verdict: Extract<Verdict, 'ok' | 'fault' | 'gap'>;
  readonly found: string;
}

/**
 * Compares findings with the truth: every check is `ok` but those that the claims name, and those say what they must.
 *
 * @param gaps checks that cannot find it out here
 */
export function judge(
  findings: readonly Finding[],
  claims: readonly Claim[],
  gaps: readonly CheckGap[] = [...CHECK_GAPS, ...NO_CLUSTER],
): Judgement[] {
  const matches = (finding: Finding, { check = finding.check, found }: CheckGap | Claim) =>
    finding.check === check && found.test(finding.found);
  const claimed = (finding: Finding) =>
    claims.some((claim) => claim.result === finding.result && matches(finding, claim));
  const gapOf = (finding: Finding) => gaps.find((gap) => matches(finding, gap));
  const isGood = (finding: Finding) => finding.result === 'ok' || claimed(finding);
  const wrong = findings
    .filter((finding) => !isGood(finding) && !gapOf(finding))
    .map(({ check, result, found }) => `not true: ${check} is ${result}: ${found}`);
  const silent = claims
    .filter((claim) => {
      const said = findings.filter((finding) => finding.result === claim.result && matches(finding, claim));
      return said.length < (claim.times ?? 1);
    })
    .map(({ check, result, found, times = 1 }) => `not said ${times} times: ${check} is ${result}: ${found.source}`);
  const unanswered = new Map<string, string[]>();
  for (const finding of findings) {
    const gap = isGood(finding) ? undefined : gapOf(finding);
    if (gap) unanswered.set(gap.reason, [...(unanswered.get(gap.reason) ?? []), finding.check]);
  }
  const gapLines = [...unanswered].map(([reason, checks]) => `${enumerate([...new Set(checks)])}: ${reason}`);
  return [
    {
      verdict: 'ok',
      found: `${findings.filter(isGood).length} of ${findings.length} findings are true${sayClaims(claims)}`,
    },
    ...[...wrong, ...silent].map((found): Judgement => ({ verdict: 'fault', found })),
    ...(gapLines.length > 0 ? [{ verdict: 'gap' as const, found: gapLines.join('\n') }] : []),
  ];
}

function sayClaims(claims: readonly Claim[]): string {
  const checks = [...new Set(claims.map(({ check }) => check))];
  return checks.length > 0 ? `, and what must not be ok is not: ${checks.join(', ')}` : '';
}
