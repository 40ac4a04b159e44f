import { createHash } from 'node:crypto';
import type { AssemblyStack, Properties, Resource, Template } from '../../../assembly/assembly';
import { type Gap, gapOf } from './gaps';

/** A resource that a stand-in takes the place of. */
export interface StandIn extends Gap {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
}

/** Edits that are not about one type of resource, each with its reason. */
export const TEMPLATE_GAPS = {
  otherRegion:
    'Fn::GetStackOutput of another region: the emulator looks for the stack in the region of the reader; the value is made up',
  transform: 'Transform of SAM: goes with the only resource that needs it',
} as const;

export type TemplateGap = keyof typeof TEMPLATE_GAPS;

export interface StandInResult {
  readonly template: Template;
  readonly standIns: readonly StandIn[];

  /** Edits that were needed beside. */
  readonly edits: readonly TemplateGap[];

  /** Resources whose types are neither known to the emulator nor in the list. */
  readonly unknown: readonly string[];
}

/**
 * Takes out of a template what the emulator lacks. A stand-in is an SSM parameter that keeps the references of the
 * resource, its dependencies, its condition and its policies, so that order, rollback and exports stay those of the
 * template; its value changes with every property, so that updates reach it.
 *
 * @param known CloudFormation types that the emulator makes
 */
export function standIn(stack: AssemblyStack, known: ReadonlySet<string>): StandInResult {
  const resources = Object.entries(stack.resources);
  const standIns = resources.flatMap(([logicalId, resource]) => {
    const gap = gapOf(resource);
    const { Type: type, Properties: properties = {} } = resource;
    return gap ? [{ ...gap, stack: stack.name, logicalId, type, properties }] : [];
  });
  const editor = new Editor(stack, new Map(standIns.map((one) => [one.logicalId, one])));
  const { Transform, ...edited } = editor.edit(stack.template) as Template;
  const others = Object.fromEntries(
    Object.entries(edited.Resources ?? {}).map(([logicalId, resource]) => [
      logicalId,
      gapOf(resource) ? parameter(logicalId, resource, gapOf(resource)?.kind === 'code') : resource,
    ]),
  );
  const needsTransform = Object.values(others).some(({ Type }) => Type.startsWith('AWS::Serverless::'));
  const dropsTransform = Transform !== undefined && !needsTransform;
  return {
    template: { ...edited, ...(needsTransform ? { Transform } : {}), Resources: others },
    standIns,
    edits: [...editor.edits, ...(dropsTransform ? ['transform' as const] : [])],
    unknown: resources
      .filter(([, resource]) => !gapOf(resource) && !known.has(resource.Type) && !resource.Type.startsWith('Custom::'))
      .map(([logicalId, { Type }]) => `${stack.name}/${logicalId} (${Type})`),
  };
}

/** Gives readers of stand-ins their made-up values. */
class Editor {
  readonly edits = new Set<TemplateGap>();

  constructor(
    private readonly stack: AssemblyStack,
    private readonly standIns: ReadonlyMap<string, StandIn>,
  ) {}

  edit(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.edit(item));
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = []] = Object.entries(value);
    switch (key) {
      case 'Ref': {
        const ref = this.standIns.get(String(argument))?.ref;
        return ref === undefined ? value : this.madeUp(ref, String(argument));
      }
      case 'Fn::GetAtt':
        return this.attribute(value, Array.isArray(argument) ? argument : String(argument).split('.'));
      case 'Fn::GetStackOutput': {
        const { Region, StackName, OutputName } = argument as Readonly<Record<string, string | undefined>>;
        if (Region === undefined || Region === this.stack.region) return value;
        this.edits.add('otherRegion');
        return `arn:aws:stand-in:${Region}:111122223333:${StackName}/${OutputName}`;
      }
      default:
        return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.edit(inner)]));
    }
  }

  private attribute(value: object, [logicalId = '', ...rest]: readonly string[]): unknown {
    const gap = this.standIns.get(logicalId);
    if (!gap) return value;
    const attribute = rest.join('.');
    const text = gap.attributes?.[attribute];
    if (text === undefined)
      throw new Error(`${this.stack.name}/${logicalId}: GAPS in gaps.ts gives ${gap.type} no attribute ${attribute}`);
    return this.madeUp(text, logicalId);
  }

  /** A made-up value that still makes CloudFormation wait for the stand-in. */
  private madeUp(text: string, logicalId: string) {
    const id = digits(`${this.stack.name}/${logicalId}`, 17);
    return { 'Fn::Sub': [text.replaceAll('{id}', id), { standIn: { Ref: logicalId } }] };
  }
}

/** @param whole whether to keep the properties themselves, as CloudFormation resolves them */
function parameter(logicalId: string, { Type, Properties = {}, ...attributes }: Resource, whole: boolean): Resource {
  const references = new Map(referencesIn(Properties).map((reference) => [JSON.stringify(reference), reference]));
  return {
    ...attributes,
    Type: 'AWS::SSM::Parameter',
    Properties: {
      Type: 'String',
      Tier: 'Advanced',
      // New with each creation of the stack, as names are that CloudFormation makes up.
      Name: {
        'Fn::Sub': [
          `/stand-in/\${AWS::StackName}/${logicalId}/\${creation}`,
          { creation: { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] } },
        ],
      },
      Description: Type,
      Value: whole
        ? { 'Fn::Join': ['', jsonOf(Properties)] }
        : // A line for each reference, from which `deployedValues` reads what the emulator has put there.
          { 'Fn::Join': ['\n', [digits(JSON.stringify(Properties), 64), ...references.values()]] },
    },
  };
}

/** JSON in pieces: what CloudFormation fills in stands between the texts. */
function jsonOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
  const listed = (parts: readonly unknown[][]) => parts.flatMap((part, i) => (i === 0 ? part : [',', ...part]));
  if (Array.isArray(value)) return ['[', ...listed(value.map(jsonOf)), ']'];
  const entries = Object.entries(value);
  if (entries.length === 1 && /^(Ref$|Fn::)/.test(entries[0]?.[0] ?? '')) return ['"', value, '"'];
  return ['{', ...listed(entries.map(([key, inner]) => [`${JSON.stringify(key)}:`, ...jsonOf(inner)])), '}'];
}

function referencesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const [name = '', ...more] = Object.keys(value);
  const isReference = more.length === 0 && /^(Ref|Fn::(GetAtt|ImportValue|GetStackOutput|Sub))$/.test(name);
  return isReference ? [value] : Object.values(value).flatMap(referencesIn);
}

/** Hexadecimal digits that are the same for the same text. */
function digits(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
