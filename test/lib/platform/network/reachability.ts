import { type AssemblyStack, type FoundResource, resourcesOf } from '../../../../lib/assembly/assembly';
import { References } from '../../../../lib/assembly/references';

/** Whole Internet, which AWS's own endpoints are part of. */
export const INTERNET = '0.0.0.0/0';

/** Something in the VPC that connects or is connected to. */
export interface Endpoint {
  /** What messages call it. */
  readonly name: string;

  /** Ids of its security groups, `<stack>/<logical id>`; one of them is enough to let a connection through. */
  readonly groups: readonly string[];
}

type Direction = 'ingress' | 'egress';

interface Rule {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;

  /** Id of a security group, or a CIDR. */
  readonly peer: string;
}

/** Types that bring a security group: one of their own, and the one that EKS makes for a cluster and its nodes. */
const GROUP = 'AWS::EC2::SecurityGroup';
const CLUSTER = 'AWS::EKS::Cluster';

/**
 * Which TCP connections the security groups of a set of stacks let through, as EC2 decides it: a connection needs a rule
 * on both sides, and answers need none. A group that no template gives an egress rule keeps EC2's own, which allows all.
 */
export class Reachability {
  private readonly references: References;
  private readonly rules: Readonly<Record<Direction, Map<string, Rule[]>>> = { ingress: new Map(), egress: new Map() };

  constructor(private readonly stacks: readonly AssemblyStack[]) {
    this.references = new References(stacks);
    for (const { stack, logicalId, properties } of this.ofType(GROUP)) {
      const { SecurityGroupIngress = [], SecurityGroupEgress = [] } = properties as Record<string, object[]>;
      for (const rule of SecurityGroupIngress) this.add('ingress', `${stack.name}/${logicalId}`, stack, rule);
      for (const rule of SecurityGroupEgress) this.add('egress', `${stack.name}/${logicalId}`, stack, rule);
    }
    for (const direction of ['ingress', 'egress'] as const) {
      const type = direction === 'ingress' ? 'AWS::EC2::SecurityGroupIngress' : 'AWS::EC2::SecurityGroupEgress';
      for (const { stack, properties } of this.ofType(type)) {
        for (const group of this.groupsIn(stack, properties.GroupId)) this.add(direction, group, stack, properties);
      }
    }
    // EKS lets the members of the group that it makes speak to each other.
    for (const { stack, logicalId } of this.ofType(CLUSTER)) {
      const group = `${stack.name}/${logicalId}`;
      this.push('ingress', group, { protocol: '-1', from: 0, to: 65535, peer: group });
    }
  }

  /** Resources of a type. */
  ofType(type: string): FoundResource[] {
    return resourcesOf(this.stacks, type);
  }

  /** Ids of the security groups that a value of a template refers to; `Fn::GetAtt` of a cluster is the one EKS makes. */
  groupsIn(stack: AssemblyStack, value: unknown): string[] {
    const found = this.references.resources(stack, value).filter(({ Type }) => [GROUP, CLUSTER].includes(Type));
    return [...new Set(found.map((resource) => `${resource.stack.name}/${resource.logicalId}`))];
  }

  /**
   * What a connection lacks.
   *
   * @returns nothing where it is open; otherwise the halves that are missing, in words
   */
  missing(from: Endpoint, to: Endpoint | typeof INTERNET, port: number): string[] {
    const destination = to === INTERNET ? { name: 'the internet', groups: [] } : to;
    const lacks: string[] = [];
    if (!from.groups.some((group) => this.allows('egress', group, destination.groups, port)))
      lacks.push(`egress of ${from.name} to ${destination.name} on ${port}`);
    if (to !== INTERNET && !to.groups.some((group) => this.allows('ingress', group, from.groups, port)))
      lacks.push(`ingress of ${destination.name} from ${from.name} on ${port}`);
    return lacks;
  }

  private allows(direction: Direction, group: string, peers: readonly string[], port: number): boolean {
    const rules = this.rules[direction].get(group);
    if (!rules) return direction === 'egress';
    return rules.some(
      ({ protocol, from, to, peer }) =>
        (protocol === '-1' || (['tcp', '6'].includes(protocol) && from <= port && port <= to)) &&
        (peer === INTERNET || peers.includes(peer)),
    );
  }

  private add(direction: Direction, group: string, stack: AssemblyStack, rule: object): void {
    const { IpProtocol, FromPort, ToPort, CidrIp, ...peers } = rule as Record<string, unknown>;
    const all = IpProtocol === '-1';
    for (const port of all ? [] : [FromPort, ToPort]) {
      if (typeof port !== 'number') throw new Error(`A rule of ${group} hides its port: ${JSON.stringify(rule)}`);
    }
    const peer = direction === 'ingress' ? peers.SourceSecurityGroupId : peers.DestinationSecurityGroupId;
    for (const id of typeof CidrIp === 'string' ? [CidrIp] : this.groupsIn(stack, peer)) {
      this.push(direction, group, {
        protocol: String(IpProtocol),
        from: all ? 0 : Number(FromPort),
        to: all ? 65535 : Number(ToPort),
        peer: id,
      });
    }
  }

  private push(direction: Direction, group: string, rule: Rule): void {
    const rules = this.rules[direction].get(group) ?? [];
    this.rules[direction].set(group, [...rules, rule]);
  }
}
