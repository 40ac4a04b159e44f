import type { AssemblyStack, Template } from '../../../lib/assembly/assembly';

/** A stack of dev with nothing in it but what a test says. */
export function assemblyStack(name: string, template: Template = {}, more: Partial<AssemblyStack> = {}): AssemblyStack {
  return {
    name,
    environment: 'dev',
    region: 'ap-northeast-2',
    description: '',
    terminationProtection: false,
    dependencies: [],
    bootstrap: { parameter: '/cdk-bootstrap/hnb659fds/version', version: 6 },
    template,
    resources: template.Resources ?? {},
    paths: new Map(),
    ...more,
  };
}
