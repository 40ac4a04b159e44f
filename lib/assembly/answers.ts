import type { Answers } from './resolver';

/** Matches the content hash in the address of an asset. */
const ASSET_HASH = /\b[0-9a-f]{64}\b/g;

/**
 * Answers for people: a reference to the target group of a service becomes `<ErpDevEdge.LoadBalancer.Targets.notification>`,
 * wherever it stands and however many stacks it passes through.
 *
 * @param isNew whether the resource is another one than before, so that its references stand for new values
 */
export function inWords(isNew: (stack: string, logicalId: string) => boolean = () => false): Answers {
  return {
    reference: ({ stack, reader, name, attribute }) => {
      const path = stack.paths.get(name)?.replaceAll('/', '.') ?? name.replace(/^AWS::/, '');
      const isElsewhere = stack !== reader && !name.startsWith('AWS::');
      const text = [isElsewhere && stack.name, path, attribute].filter(Boolean).join('.');
      return `<${isNew(stack.name, name) ? 'new ' : ''}${text}>`;
    },
    result: (what) => `<${what}>`,
    text: (text) => text.replace(ASSET_HASH, (hash) => `asset-${hash.slice(0, 8)}`),
  };
}

const ACCOUNT = '000000000000';

/**
 * Answers for programs: what the schema of the bundled chart and the rules about Kubernetes objects take for the real thing,
 * and what exists nowhere.
 */
export const STAND_INS: Answers = {
  reference: ({ stack, name, attribute = '' }) => {
    if (name === 'AWS::AccountId') return ACCOUNT;
    if (stack.resources[name]?.Type === 'AWS::ElasticLoadBalancingV2::TargetGroup')
      return `arn:aws:elasticloadbalancing:${stack.region}:${ACCOUNT}:targetgroup/${name}`;
    // A list of host and port in one text, as Kafka clients take it.
    if (attribute.startsWith('BootstrapBrokerString')) return 'unknown.invalid:9094';
    if (/Address$|Endpoint$|DNSName$/.test(attribute)) return 'unknown.invalid';
    return 'unknown';
  },
  result: () => 'unknown',
};
