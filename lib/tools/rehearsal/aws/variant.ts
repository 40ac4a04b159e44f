import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  type AssemblyStack,
  SHARED,
  type SynthesizedAssembly,
  type Template,
  readAssembly,
  stacksOf,
} from '../../../assembly/assembly';

interface Manifest {
  readonly artifacts: Readonly<Record<string, { readonly properties?: { readonly templateFile?: string } }>>;
}

const MANIFEST = 'manifest.json';

/** Stacks of an environment and those that it shares with others, upstream first. */
export function ownStacks(assembly: SynthesizedAssembly, environment: string): AssemblyStack[] {
  return [...stacksOf(assembly, SHARED), ...stacksOf(assembly, environment)];
}

/** The stacks that the CDK CLI deploys for a name: it and all that it needs, in the order given. */
export function broughtBy(name: string, stacks: readonly AssemblyStack[]): AssemblyStack[] {
  const wanted = new Set([name]);
  for (const stack of [...stacks].reverse()) {
    if (wanted.has(stack.name)) stack.dependencies.forEach((upstream) => wanted.add(upstream));
  }
  return stacks.filter((stack) => wanted.has(stack.name));
}

/**
 * Writes an assembly with other templates. The assets are links to those of the first one.
 *
 * The CLI uploads a template under its digest and leaves alone what is there already, so each edited template gets the
 * digest of its new text.
 */
export function writeVariant(
  { directory: from, stacks }: SynthesizedAssembly,
  to: string,
  edit: (stack: AssemblyStack) => Template,
): SynthesizedAssembly {
  fs.mkdirSync(to, { recursive: true });
  let manifest = fs.readFileSync(path.join(from, MANIFEST), 'utf8');
  const { artifacts } = JSON.parse(manifest) as Manifest;
  const written = new Set([MANIFEST]);
  for (const stack of stacks) {
    const templateFile = artifacts[stack.name]?.properties?.templateFile ?? '';
    const assetsFile = `${stack.name}.assets.json`;
    const text = JSON.stringify(edit(stack), undefined, 1);
    let assets = fs.readFileSync(path.join(from, assetsFile), 'utf8');
    const { files } = JSON.parse(assets) as { files: Record<string, { source: { path: string } }> };
    const digest = Object.keys(files).find((key) => files[key]?.source.path === templateFile);
    if (digest !== undefined) {
      const other = createHash('sha256').update(text).digest('hex');
      assets = assets.replaceAll(digest, other);
      manifest = manifest.replaceAll(digest, other);
    }
    fs.writeFileSync(path.join(to, templateFile), text);
    fs.writeFileSync(path.join(to, assetsFile), assets);
    written.add(templateFile).add(assetsFile);
  }
  fs.writeFileSync(path.join(to, MANIFEST), manifest);
  for (const entry of fs.readdirSync(from)) {
    if (!written.has(entry)) fs.symlinkSync(path.join(from, entry), path.join(to, entry));
  }
  return readAssembly(to);
}
