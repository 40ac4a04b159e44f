import * as cdk from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { KEEP } from '../../config/removal';

export interface RegistryStackProps extends cdk.StackProps {
  /** Repository names, such as `erp/notification-service`. */
  readonly repositories: readonly string[];
}

/** Image repositories that all environments share: an image is built once and promoted by its tag. */
export class RegistryStack extends cdk.Stack {
  constructor(scope: Construct, id: string, { repositories, ...props }: RegistryStackProps) {
    super(scope, id, props);
    const encryptionKey = new kms.Key(this, 'Key', {
      description: 'Container images of the ERP services',
      enableKeyRotation: true,
      removalPolicy: KEEP,
    });
    for (const repositoryName of [...new Set(repositories)].sort()) {
      new ecr.Repository(this, repositoryName, {
        repositoryName,
        imageScanOnPush: true,
        encryption: ecr.RepositoryEncryption.KMS,
        encryptionKey,
        // A tag means one image for ever. `latest` moves, for environments whose values allow it.
        imageTagMutability: ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION,
        imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard('latest')],
        lifecycleRules: [
          {
            rulePriority: 1,
            description: 'Untagged images',
            tagStatus: ecr.TagStatus.UNTAGGED,
            maxImageAge: cdk.Duration.days(7),
          },
          { rulePriority: 2, description: 'All but the newest', maxImageCount: 100 },
        ],
        removalPolicy: KEEP,
      });
    }
  }
}
