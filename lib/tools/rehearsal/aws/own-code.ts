import * as path from 'node:path';
import type { SynthesizedAssembly } from '../../../assembly/assembly';
import type { Verdict } from '../journal';
import type { Deployment } from './deployment';
import type { StandIn } from './stand-ins';

/** What a resource would run, with its properties as CloudFormation has resolved them. */
export interface OwnCode {
  readonly stack: string;
  readonly region: string;
  readonly logicalId: string;

  /** Folder with the code of the function. */
  readonly folder: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Runs code, and tells what became of it. */
export type RunCode = (
  deployment: Deployment,
  codes: readonly OwnCode[],
  add: (verdict: Verdict, detail: string) => void,
) => Promise<void>;

/** What the stubs of a type would run. */
export async function codeOf(deployment: Deployment, assembly: SynthesizedAssembly, type: string): Promise<OwnCode[]> {
  const codes: OwnCode[] = [];
  for (const standIn of deployment.standIns.filter((one) => one.type === type)) {
    const stack = assembly.stacks.find(({ name }) => name === standIn.stack);
    const region = stack?.region ?? '';
    const prefix = `/stand-in/${standIn.stack}/${standIn.logicalId}`;
    const args = ['ssm', 'get-parameters-by-path', '--path', prefix, '--recursive', '--region', region];
    const { output } = await deployment.commands.aws([...args, '--output', 'json']);
    const { Parameters: [parameter] = [] } = JSON.parse(output) as { Parameters?: { Value: string }[] };
    if (!stack || !parameter) throw new Error(`${standIn.stack}/${standIn.logicalId} does not stand`);
    codes.push({
      ...{ stack: stack.name, region, logicalId: standIn.logicalId },
      folder: path.join(assembly.directory, `asset.${assetOf(stack.resources, standIn)}`),
      properties: JSON.parse(parameter.Value) as Record<string, unknown>,
    });
  }
  return codes;
}

/** Digest of the code that a resource runs: what a trigger calls, or else the function behind the resource. */
function assetOf(resources: SynthesizedAssembly['stacks'][number]['resources'], { properties }: StandIn): string {
  const { HandlerArn, ServiceToken } = properties;
  const version = (HandlerArn as { Ref?: string } | undefined)?.Ref;
  const functionId = version
    ? (resources[version]?.Properties?.FunctionName as { Ref?: string } | undefined)?.Ref
    : (ServiceToken as { 'Fn::GetAtt'?: string[] } | undefined)?.['Fn::GetAtt']?.[0];
  const { S3Key } = resources[functionId ?? '']?.Properties?.Code as { S3Key: string };
  return path.parse(S3Key).name;
}
