import * as cdk from 'aws-cdk-lib';
import { CfnCluster, type CfnClusterProps } from 'aws-cdk-lib/aws-eks-v2';
import { NagMessageLevel, NagPack, type NagPackProps, NagRuleCompliance, type NagRuleResult, NagRules } from 'cdk-nag';
import type { IConstruct } from 'constructs';

const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/**
 * Checks of EKS clusters. The rules of cdk-nag 3.0.2 look for the CfnCluster of aws-eks; the one of aws-eks-v2 is another
 * class, which they pass over without a word.
 */
export class ErpChecks extends NagPack {
  readonly name = 'Erp';

  constructor(scope?: IConstruct, props?: NagPackProps) {
    super(scope, props);
    this.packName = 'Erp';
  }

  protected checkResource(node: cdk.CfnResource): void {
    const check = (id: string, info: string, explanation: string, rule: (cluster: CfnCluster) => NagRuleResult) =>
      this.applyRule({
        ruleSuffixOverride: id,
        info,
        explanation,
        level: NagMessageLevel.ERROR,
        node,
        rule: (resource) => (resource instanceof CfnCluster ? rule(resource) : NagRuleCompliance.NOT_APPLICABLE),
      });
    const resolve = (cluster: CfnCluster, value: unknown): unknown => cdk.Stack.of(cluster).resolve(value);
    const compliance = (ok: boolean) => (ok ? NagRuleCompliance.COMPLIANT : NagRuleCompliance.NON_COMPLIANT);

    check(
      'EKS1',
      'The EKS API server endpoint is open to every address.',
      'Make the endpoint private, or name the CIDRs that may reach it in kubernetes.publicAccessCidrs.',
      (cluster) => {
        const access = resolve(cluster, cluster.resourcesVpcConfig) as CfnClusterProps['resourcesVpcConfig'];
        if (
          !access ||
          cdk.Token.isUnresolved(access) ||
          !('publicAccessCidrs' in access || 'endpointPublicAccess' in access)
        ) {
          return NagRuleCompliance.NON_COMPLIANT;
        }
        if (NagRules.resolveIfPrimitive(cluster, access.endpointPublicAccess) === false)
          return NagRuleCompliance.COMPLIANT;
        const cidrs = access.publicAccessCidrs ?? [];
        return compliance(cidrs.length > 0 && !cidrs.includes('0.0.0.0/0'));
      },
    );
    check(
      'EKS2',
      'The EKS cluster does not send all five types of control-plane log.',
      'Without them nobody can tell afterwards who changed what through the Kubernetes API.',
      (cluster) => {
        const logging = resolve(cluster, cluster.logging) as
          { clusterLogging?: { enabledTypes?: { type: string }[] } } | undefined;
        const enabled = new Set((logging?.clusterLogging?.enabledTypes ?? []).map(({ type }) => type));
        return LOG_TYPES.filter((type) => !enabled.has(type)).map((type) => `LogExport::${type}`);
      },
    );
    check(
      'EKS3',
      'The EKS cluster does not encrypt Kubernetes secrets with a KMS key.',
      'Whoever reads the etcd volume or a backup of it would read every secret.',
      (cluster) => {
        const configs = resolve(cluster, cluster.encryptionConfig);
        return compliance(Array.isArray(configs) && configs.some(({ resources }) => resources?.includes('secrets')));
      },
    );
  }
}
