import { fullDiff } from '@aws-cdk/cloudformation-diff';
import type { Assembly, AssemblyStack } from '../../assembly/assembly';
import { inWords } from '../../assembly/answers';
import { Resolver } from '../../assembly/resolver';

/** One permission or network path that a change gives or takes. */
export interface PermissionChange {
  readonly stack: string;
  readonly gives: boolean;

  /** A sentence, such as `Function/Role may s3:GetObject on *`. */
  readonly sentence: string;

  /** What is broader than it should be, for the top of the report. */
  readonly alarm?: string;
}

/** Changes of IAM statements, managed policies and security-group rules, as `cdk diff` finds them, in words. */
export function comparePermissions(base: Assembly, head: Assembly): PermissionChange[] {
  const before = new Resolver(base.stacks, inWords());
  const after = new Resolver(head.stacks, inWords());
  const names = [...new Set([...base.stacks, ...head.stacks].map(({ name }) => name))].sort();
  return names.flatMap((name) => {
    const old = base.stacks.find((stack) => stack.name === name);
    const now = head.stacks.find((stack) => stack.name === name);
    const { iamChanges, securityGroupChanges } = fullDiff(resolved(before, old), resolved(after, now));
    const change = (gives: boolean) => (rest: Omit<PermissionChange, 'stack' | 'gives'>) => ({
      stack: name,
      gives,
      ...rest,
      ...(gives ? {} : { alarm: undefined }),
    });
    const { statements, managedPolicies } = iamChanges;
    const { ingress, egress } = securityGroupChanges;
    return [
      ...statements.additions.map((statement) => statementSentence(statement.render())).map(change(true)),
      ...statements.removals.map((statement) => statementSentence(statement.render())).map(change(false)),
      ...managedPolicies.additions.map(managedPolicySentence).map(change(true)),
      ...managedPolicies.removals.map(managedPolicySentence).map(change(false)),
      ...ingress.additions.map((rule) => ruleSentence(rule, 'from')).map(change(true)),
      ...ingress.removals.map((rule) => ruleSentence(rule, 'from')).map(change(false)),
      ...egress.additions.map((rule) => ruleSentence(rule, 'to')).map(change(true)),
      ...egress.removals.map((rule) => ruleSentence(rule, 'to')).map(change(false)),
    ];
  });
}

/** The template with names in place of references, so that the sentences made of it carry names. */
function resolved(resolver: Resolver, stack: AssemblyStack | undefined): Record<string, unknown> {
  if (!stack) return {};
  const resources = Object.entries(stack.resources).map(([logicalId, { Type, Properties }]) => [
    stack.paths.get(logicalId) ?? logicalId,
    { Type, Properties: resolver.resolve(Properties ?? {}, stack) },
  ]);
  return { Resources: Object.fromEntries(resources) };
}

type Sentence = Pick<PermissionChange, 'sentence' | 'alarm'>;

function statementSentence({
  effect,
  principal,
  action,
  resource,
  condition,
}: {
  effect: string;
  principal: string;
  action: string;
  resource: string;
  condition: string;
}): Sentence {
  const who = words(principal).replace(/^(AWS|Service|Federated):/, '') || 'anybody with the policy';
  const what = words(action);
  const where = words(resource);
  const only = condition ? ` if ${words(condition.replace(/\s+/g, ' '))}` : '';
  const sentence = `${who} ${effect === 'Allow' ? 'may' : 'may not'} ${what} on ${where}${only}`;
  if (effect !== 'Allow') return { sentence };
  const everything = /(^|, )\*(,|$)/;
  const alarm = everything.test(what)
    ? 'every action'
    : /(^|, )\w[\w-]*:\*(,|$)/.test(what) && everything.test(where)
      ? 'all actions of a service on every resource'
      : /(^|, )\*(,|$)|AWS:\*/.test(words(principal)) && !condition
        ? 'for everybody'
        : undefined;
  return { sentence, alarm };
}

function managedPolicySentence(policy: { identityArn: string; managedPolicyArn: string }): Sentence {
  const arn = words(policy.managedPolicyArn);
  return {
    sentence: `${words(policy.identityArn)} has the policy ${arn.replace(/^arn:aws:iam::aws:policy\//, '')}`,
    alarm: /AdministratorAccess|PowerUserAccess|FullAccess/.test(arn) ? 'a policy for everything' : undefined,
  };
}

function ruleSentence(
  rule: { groupId: string; describeProtocol(): string; describePeer(): string },
  direction: 'from' | 'to',
): Sentence {
  const peer = words(rule.describePeer());
  const open = direction === 'from' && /0\.0\.0\.0\/0|::\/0|Everyone/.test(peer);
  return {
    sentence: `${words(rule.groupId)} ${direction === 'from' ? 'accepts' : 'may send'} ${words(rule.describeProtocol())} ${direction} ${peer}`,
    alarm: open ? 'open to every address' : undefined,
  };
}

/** Names without the notation of templates. */
function words(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(', ')
    .replace(/\$\{([^}]*)\}/g, '$1')
    .replace(/<([^>]*)>/g, '$1');
}
