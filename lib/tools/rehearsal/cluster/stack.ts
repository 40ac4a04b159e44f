import * as fs from 'node:fs';
import * as path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { STAND_INS } from '../../../assembly/answers';
import type { AssemblyStack, Resource, SynthesizedAssembly } from '../../../assembly/assembly';
import { HELM_CHART, KUBERNETES_MANIFEST } from '../../../assembly/releases';
import { type Answers, Resolver } from '../../../assembly/resolver';
import type { Programs } from '../programs';

/** A resource of a stack as its handler gets it: no function left, every leaf a text. */
export interface ResolvedResource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export type RequestType = 'Create' | 'Update' | 'Delete';

/** One call of the handler. */
export interface Change {
  readonly id: string;
  readonly type: RequestType;
  readonly seconds: number;
}

/** A deployment that failed and what was done about it. */
export class DeploymentError extends Error {
  /** @param rolledBack whether everything is as it was before */
  constructor(
    readonly id: string,
    message: string,
    readonly rolledBack: boolean,
  ) {
    super(message);
  }
}

export interface StackInClusterOptions {
  /** Runs the handler. */
  readonly programs: Programs;

  /** Folder with helm, kubectl and a stand-in for the AWS CLI; goes before the search path of programs. */
  readonly tools: string;

  /** Search path of programs. */
  readonly path: string;

  /** Kubeconfig of the role that CDK's handler has. */
  readonly kubeconfig: string;

  /** Folder for the handler's files. */
  readonly folder: string;

  /** Changes the properties on their way to the handler. */
  readonly adapt: (properties: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

  /** Values of what only a deployment knows. */
  readonly answers?: Answers;

  /** Told each change. */
  readonly changed?: (change: Change) => void;
}

export interface DeployOptions {
  /**
   * Changes the properties on their way to the handler.
   *
   * @default - as of the stack
   */
  readonly adapt?: StackInClusterOptions['adapt'];

  /**
   * Kills the handler wherever it is at work, as the end of a function's time does.
   *
   * @default - nothing does
   */
  readonly abort?: AbortSignal;
}

/** Calls the handler as the function behind custom resources would. */
const CALL = 'import json, sys, index; index.handler(json.load(open(sys.argv[1])), None)';

/** Seconds that a function of AWS Lambda gets. */
const LIMIT = 900;

/**
 * The part of CloudFormation that a stack's resources in a cluster need: each is made when what it depends on is there, beside
 * others; a failure takes back what was done; the removal goes the way back.
 */
export class StackInCluster {
  private deployed = new Map<string, ResolvedResource>();
  private dependencies = new Map<string, ReadonlySet<string>>();
  private calls = 0;

  constructor(
    readonly name: string,
    private readonly options: StackInClusterOptions,
  ) {}

  /**
   * Creates what is new, updates what differs, deletes what is gone.
   *
   * @throws DeploymentError that names what failed, after the rollback
   */
  async deploy(
    assembly: SynthesizedAssembly,
    { adapt = this.options.adapt, abort }: DeployOptions = {},
  ): Promise<Change[]> {
    const stack = assembly.stacks.find(({ name }) => name === this.name);
    if (!stack) throw new Error(`${assembly.directory} has no stack ${this.name}`);
    const wanted = resourcesInCluster(assembly, stack, this.options.answers ?? STAND_INS, adapt);
    const dependencies = dependenciesWithin(stack.resources, [...wanted.keys()]);
    const before = new Map(this.deployed);
    const changes: Change[] = [];
    const call = async (id: string, type: RequestType, resource: ResolvedResource) => {
      changes.push(await this.handle(assembly, id, type, resource, abort));
    };
    try {
      await inOrder(dependencies, async (id) => {
        const [old, resource] = [this.deployed.get(id), wanted.get(id)];
        if (!resource || (old && isDeepStrictEqual(old.properties, resource.properties))) return;
        await call(id, old ? 'Update' : 'Create', resource).catch((error: unknown) => {
          throw error instanceof DeploymentError ? error : new DeploymentError(id, (error as Error).message, false);
        });
        this.deployed.set(id, resource);
      });
    } catch (error) {
      throw await this.rollBack(assembly, before, dependencies, error as DeploymentError);
    }
    const gone = [...before.keys()].filter((id) => !wanted.has(id));
    await inOrder(reversed(restrictedTo(this.dependencies, gone)), (id) => call(id, 'Delete', pick(before, id)));
    gone.forEach((id) => this.deployed.delete(id));
    this.dependencies = dependencies;
    return changes;
  }

  /** Deletes everything, last first. */
  async destroy(assembly: SynthesizedAssembly): Promise<Change[]> {
    const changes: Change[] = [];
    await inOrder(reversed(restrictedTo(this.dependencies, [...this.deployed.keys()])), async (id) => {
      changes.push(await this.handle(assembly, id, 'Delete', pick(this.deployed, id)));
      this.deployed.delete(id);
    });
    return changes;
  }

  /** Updates go back, what is new is deleted; a creation that failed is not, for CDK's provider leaves such alone. */
  private async rollBack(
    assembly: SynthesizedAssembly,
    before: ReadonlyMap<string, ResolvedResource>,
    dependencies: ReadonlyMap<string, ReadonlySet<string>>,
    { id: failed, message }: DeploymentError,
  ): Promise<DeploymentError> {
    const problems: string[] = [];
    const attempt = (work: Promise<unknown>) => work.catch((error: Error) => void problems.push(error.message));
    for (const [id, resource] of before) {
      if (this.deployed.get(id) === resource && id !== failed) continue;
      await attempt(this.handle(assembly, id, 'Update', resource));
      this.deployed.set(id, resource);
    }
    const added = [...this.deployed.keys()].filter((id) => !before.has(id));
    await inOrder(reversed(restrictedTo(dependencies, added)), async (id) => {
      await attempt(this.handle(assembly, id, 'Delete', pick(this.deployed, id)));
      this.deployed.delete(id);
    });
    const rollback = problems.length === 0 ? 'rolled back' : `and so did the rollback: ${problems.join('; ')}`;
    return new DeploymentError(failed, `${failed} failed, ${rollback}: ${message}`, problems.length === 0);
  }

  private async handle(
    assembly: SynthesizedAssembly,
    id: string,
    type: RequestType,
    { type: ResourceType, properties }: ResolvedResource,
    abort?: AbortSignal,
  ): Promise<Change> {
    const { programs, tools, path: search, kubeconfig, folder, changed } = this.options;
    // As every invocation that runs beside others has a folder of its own.
    const own = path.join(folder, `${this.name}-${++this.calls}`);
    fs.mkdirSync(own, { recursive: true });
    const event = path.join(own, 'event.json');
    const request = { RequestType: type, ResourceType, ResourceProperties: properties, LogicalResourceId: id };
    fs.writeFileSync(event, JSON.stringify(request));
    const run = await programs.run(`${type}-${id}`, 'python3', ['-c', CALL, event], {
      cwd: handlerOf(assembly),
      limit: LIMIT,
      abort,
      env: {
        PATH: `${tools}:${search}`,
        // Stands in for the AWS SDK, of which only charts in ECR need anything.
        PYTHONPATH: path.join(tools, 'python'),
        TEST_OUTDIR: own,
        PYTHONDONTWRITEBYTECODE: '1',
        ASSEMBLY: assembly.directory,
        ADMIN_KUBECONFIG: kubeconfig,
      },
    });
    if (run.code !== 0) throw new Error(`${type} of ${id}: ${handlerError(run.output)}`);
    const change = { id, type, seconds: run.seconds };
    changed?.(change);
    return change;
  }
}

/** What the handler says last: helm's or kubectl's own words inside of Python's. */
export function handlerError(output: string): string {
  const [, text] = /^Exception: b?['"]?([\s\S]*?)['"]?\s*$/m.exec(output) ?? [];
  return (text ?? output.trim().split('\n').slice(-3).join('\n')).replaceAll('\\n', '\n').trim();
}

/** The folder of the assembly that holds CDK's handler. */
function handlerOf({ assets }: SynthesizedAssembly): string {
  const found = [...assets.values()].find((folder) => fs.existsSync(path.join(folder, 'helm', '__init__.py')));
  if (!found) throw new Error('The assembly holds no kubectl handler');
  return found;
}

function resourcesInCluster(
  { stacks }: SynthesizedAssembly,
  stack: AssemblyStack,
  answers: Answers,
  adapt: StackInClusterOptions['adapt'],
): Map<string, ResolvedResource> {
  const resolver = new Resolver(stacks, answers);
  return new Map(
    Object.entries(stack.resources)
      .filter(([, { Type }]) => Type === HELM_CHART || Type === KUBERNETES_MANIFEST)
      .map(([id, { Type, Properties = {} }]) => [
        id,
        { type: Type, properties: adapt(asTexts(resolver.resolve(Properties, stack)) as Record<string, unknown>) },
      ]),
  );
}

/** CloudFormation hands everything to a custom resource as text. */
export function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asTexts(item)]));
}

/** Which of some resources each of them waits for, also by way of others. */
export function dependenciesWithin(
  all: Readonly<Record<string, Pick<Resource, 'DependsOn'>>>,
  ids: readonly string[],
): Map<string, ReadonlySet<string>> {
  return new Map(
    ids.map((id) => {
      const seen = new Set<string>();
      const visit = (one: string) => {
        for (const next of [all[one]?.DependsOn ?? []].flat()) {
          if (seen.has(next)) continue;
          seen.add(next);
          visit(next);
        }
      };
      visit(id);
      return [id, new Set(ids.filter((other) => seen.has(other)))];
    }),
  );
}

type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/** What waits for what on the way back. */
export function reversed(dependencies: Dependencies): Dependencies {
  return new Map(
    [...dependencies.keys()].map((id) => [
      id,
      new Set([...dependencies].filter(([, before]) => before.has(id)).map(([other]) => other)),
    ]),
  );
}

function restrictedTo(dependencies: Dependencies, ids: readonly string[]): Dependencies {
  return new Map(ids.map((id) => [id, new Set([...(dependencies.get(id) ?? [])].filter((one) => ids.includes(one)))]));
}

/**
 * Does work for each id once it is done for all that it depends on, beside others.
 *
 * @throws the first error, once what was under way has ended; nothing new begins after it
 */
export async function inOrder(dependencies: Dependencies, work: (id: string) => Promise<void>): Promise<void> {
  const done = new Map<string, Promise<boolean>>();
  const errors: unknown[] = [];
  const start = (id: string): Promise<boolean> => {
    const known = done.get(id);
    if (known) return known;
    const before = [...(dependencies.get(id) ?? [])].map(start);
    const result = Promise.all(before).then(async (results) => {
      if (errors.length > 0 || results.includes(false)) return false;
      return work(id).then(
        () => true,
        (error: unknown) => {
          errors.push(error);
          return false;
        },
      );
    });
    done.set(id, result);
    return result;
  };
  await Promise.all([...dependencies.keys()].map(start));
  if (errors.length > 0) throw errors[0];
}

function pick(resources: ReadonlyMap<string, ResolvedResource>, id: string): ResolvedResource {
  const found = resources.get(id);
  if (!found) throw new Error(`${id} has not been deployed`);
  return found;
}
