import { type Parameter, SSMClient, paginateGetParametersByPath } from '@aws-sdk/client-ssm';
import type { AssemblyStack, SynthesizedAssembly } from '../../../assembly/assembly';
import { Resolver, type Unknown } from '../../../assembly/resolver';
import type { Emulator } from './emulator';

/** Stands for the one value that a reference comes to. */
const THE_VALUE = '\0';

/**
 * What the emulator has in place of what templates leave open: it has written every reference of a stand-in into that stand-in.
 *
 * @param assembly what is deployed, with its stand-ins
 */
export async function deployedValues(
  { stacks }: SynthesizedAssembly,
  emulator: Pick<Emulator, 'endpoint' | 'account'>,
): Promise<(unknown: Unknown) => string | undefined> {
  const values = new Map<string, string>();
  for (const region of new Set(stacks.map((stack) => stack.region))) {
    const parameters = await standInsOf(region, emulator);
    for (const stack of stacks.filter((one) => one.region === region))
      for (const [unknown, value] of valuesWithin(stack, stacks, parameters)) values.set(unknown, value);
  }
  return (unknown) => (unknown.name === 'AWS::AccountId' ? emulator.account : values.get(keyOf(unknown)));
}

/** Values of the references of a stack's stand-ins, by what they refer to. */
export function valuesWithin(
  stack: AssemblyStack,
  stacks: readonly AssemblyStack[],
  parameters: readonly Pick<Parameter, 'Name' | 'Value'>[],
): [unknown: string, value: string][] {
  let last: Unknown | undefined;
  const resolver = new Resolver(stacks, {
    reference: (unknown) => {
      last = unknown;
      return THE_VALUE;
    },
    result: (words) => words,
  });
  return Object.entries(stack.resources).flatMap(([logicalId, { Properties }]) => {
    const said = parameters.find(({ Name }) => Name?.startsWith(`/stand-in/${stack.name}/${logicalId}/`))?.Value;
    const join = (Properties?.Value as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
    // Properties that are kept whole have no lines.
    if (said === undefined || !join?.[0]) return [];
    const lines = said.split(join[0]);
    return join[1].flatMap((reference, i): [string, string][] => {
      const isReference = typeof reference === 'object' && resolver.text(reference, stack) === THE_VALUE;
      return isReference && last ? [[keyOf(last), lines[i] ?? '']] : [];
    });
  });
}

async function standInsOf(region: string, { endpoint, account }: Pick<Emulator, 'endpoint' | 'account'>) {
  const credentials = { accessKeyId: account, secretAccessKey: 'rehearsal' };
  const client = new SSMClient({ region, endpoint, credentials });
  const found: Parameter[] = [];
  for await (const { Parameters = [] } of paginateGetParametersByPath(
    { client },
    { Path: '/stand-in', Recursive: true },
  ))
    found.push(...Parameters);
  return found;
}

function keyOf({ stack, name, attribute = '' }: Unknown): string {
  return `${stack.name}/${name}/${attribute}`;
}
