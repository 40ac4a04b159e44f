import * as cdk from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const IN_CLUSTER = ['Custom::AWSCDK-EKS-KubernetesResource', 'Custom::AWSCDK-EKS-HelmChart'];

/**
 * Puts a word into everything that a stack holds inside of its cluster. The handler behind these resources does not read it;
 * that it is a new one lets CloudFormation apply each of them again, which brings back what somebody has deleted.
 */
export class Reapplied implements cdk.IAspect {
  constructor(private readonly word: string) {}

  visit(node: IConstruct): void {
    if (cdk.CfnResource.isCfnResource(node) && IN_CLUSTER.includes(node.cfnResourceType)) {
      node.addPropertyOverride('Reapply', this.word);
    }
  }
}
