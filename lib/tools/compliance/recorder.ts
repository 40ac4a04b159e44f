import type { IApplyRule, NagPack, NagRuleResult } from 'cdk-nag';
import { NagRuleCompliance } from 'cdk-nag';

/** What a rule said about a resource. */
export interface Evaluation {
  /** Name of the pack, which is also the prefix of acknowledgements. */
  readonly pack: string;

  /** Rule without its findings, such as `AwsSolutions-IAM5`. */
  readonly rule: string;

  /** Path of the construct. */
  readonly resource: string;

  readonly stack: string;

  /** `Error` means that the rule could not tell, which is no pass. */
  readonly result: 'Compliant' | 'Non-Compliant' | 'Error';

  /** The rule, or the rule with each of its findings; what an acknowledgement must name. */
  readonly ids: readonly string[];

  readonly info: string;

  /** Why the rule exists and what to do, where its pack tells. */
  readonly explanation?: string;

  readonly level: string;
}

/** Notes every evaluation of packs while they run. Their own report leaves out whatever is compliant. */
export class Recorder {
  readonly evaluations: Evaluation[] = [];

  /** Evaluations that did not apply to the resource, by pack and stack. */
  readonly notApplicable = new Map<string, Map<string, number>>();

  /** Names of all rules that ran, by pack. */
  readonly rules = new Map<string, Set<string>>();

  /** Records a pack from now on, and adds to its findings what to do about them. */
  record<T extends NagPack>(pack: T): T {
    const recorded = pack as unknown as { applyRule: (params: IApplyRule) => void };
    const apply = recorded.applyRule.bind(pack);
    const validate = pack.validate.bind(pack);
    const rules = new Map<string, string>();
    const explanations = new Map<string, string>();
    recorded.applyRule = (params) => {
      const suffix = params.ruleSuffixOverride ?? params.rule.name;
      // Joined once: there are some ten thousand evaluations to a pack.
      let rule = rules.get(suffix);
      if (rule === undefined) {
        rules.set(suffix, (rule = `${pack.readPackName}-${suffix}`));
        explanations.set(rule, params.explanation);
        this.rules.set(pack.name, new Set([...(this.rules.get(pack.name) ?? []), rule]));
      }
      const outcome = this.note(pack.name, rule, params);
      // Most rules are about another type of resource, of which the pack would make nothing.
      if (outcome) apply({ ...params, ruleSuffixOverride: suffix, rule: outcome });
    };
    pack.validate = (context) => {
      const report = validate(context);
      return {
        ...report,
        violations: report.violations.map((violation) => ({
          ...violation,
          fix: `${explanations.get(violation.ruleName.replace(/\[.*$/s, '')) ?? ''} Change the resource, or, where that is not possible, give the reason in an entry of lib/tools/compliance/register.ts with the id ${pack.name}::${violation.ruleName}.`.trim(),
        })),
      };
    };
    return pack;
  }

  /** Evaluates a rule. @returns what came out, unless the rule does not apply */
  private note(pack: string, rule: string, params: IApplyRule): (() => NagRuleResult) | undefined {
    const { node } = params;
    const stack = node.stack.stackName;
    const note = (result: Evaluation['result'], ids: readonly string[]) =>
      this.evaluations.push({
        ...{ pack, rule, resource: node.node.path, stack, result, ids },
        info: params.info,
        explanation: params.explanation,
        level: params.level,
      });
    let result: NagRuleResult;
    try {
      result = params.rule(node);
    } catch (error) {
      note('Error', [rule]);
      return () => {
        throw error;
      };
    }
    if (result === NagRuleCompliance.NOT_APPLICABLE) {
      const byStack = this.notApplicable.get(pack) ?? new Map<string, number>();
      this.notApplicable.set(pack, byStack.set(stack, (byStack.get(stack) ?? 0) + 1));
      return undefined;
    }
    if (Array.isArray(result) && result.length > 0) {
      note(
        'Non-Compliant',
        result.map((finding) => `${rule}[${finding}]`),
      );
    } else {
      note(result === NagRuleCompliance.NON_COMPLIANT ? 'Non-Compliant' : 'Compliant', [rule]);
    }
    return () => result;
  }
}
