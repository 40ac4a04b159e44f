import { fullDiff } from '@aws-cdk/cloudformation-diff';
import type { Assembly } from '../../../../lib/assembly/assembly';
import { beforeDiffs } from '../../../../lib/tools/review/deployed';
import { compareResources } from '../../../../lib/tools/review/resources';
import { build } from './bench';
import { CASES } from './cases';

test('a comparison with deployed templates sees what a comparison of two sides sees', () => {
  const base = build();
  const head = build(CASES['port-change']);
  const diffs = Object.fromEntries(
    head.stacks.map((stack) => {
      const old = base.stacks.find(({ name }) => name === stack.name)!;
      return [`${stack.name} (${stack.name})`, fullDiff(old.template, stack.template)];
    }),
  );

  const deployed = beforeDiffs(head, diffs);

  // The construct path of what is gone stands in no template.
  const resources = (before: Assembly) =>
    compareResources(before, head, []).resources.map(({ path, ...rest }) => ({
      ...rest,
      path: rest.effect === 'removed' ? rest.logicalId : path,
    }));
  const sorted = (before: Assembly) => resources(before).sort((a, b) => a.logicalId.localeCompare(b.logicalId));
  expect(sorted(deployed)).toEqual(sorted(base));
});

test('a stack that is not deployed yet is new', () => {
  const head = build();
  const diffs = Object.fromEntries(head.stacks.map(({ name, template }) => [name, fullDiff({}, template)]));

  expect(beforeDiffs(head, diffs).stacks).toEqual([]);
});
