/**
 * Resources whose loss or replacement loses something that a deployment cannot make again, with what that is. The types
 * that the CloudFormation registry calls stateful are the start; what it misses is added. Log groups are left out: where their
 * events matter they outlive their resource by its removal policy, and elsewhere they would drown the lines that matter.
 */
export const STATEFUL: Readonly<Record<string, string>> = {
  'AWS::RDS::DBInstance': 'the database with all rows since the last snapshot',
  'AWS::RDS::DBCluster': 'the database with all rows since the last snapshot',
  'AWS::DynamoDB::Table': 'all items of the table',
  'AWS::DynamoDB::GlobalTable': 'all items of the table',
  'AWS::EFS::FileSystem': 'all files',
  'AWS::EC2::Volume': 'all blocks of the volume',
  'AWS::ElastiCache::ReplicationGroup': 'all keys of the cache',
  'AWS::OpenSearchService::Domain': 'all indexes',
  'AWS::S3::Bucket': 'all objects of the bucket',
  'AWS::SecretsManager::Secret': 'the value, where a person filled it in',
  // Not only a resource: whatever it encrypted is lost with it.
  'AWS::KMS::Key': 'everything encrypted with the key, backups included',
  'AWS::Backup::BackupVault': 'the backups in the vault',
  'AWS::Cognito::UserPool': 'all users with their passwords and second factors',
  'AWS::MSK::Cluster': 'all topics with their messages and the offsets of consumers',
  'AWS::MSK::ServerlessCluster': 'all topics with their messages and the offsets of consumers',
  'AWS::Kinesis::Stream': 'records not read yet',
  'AWS::SQS::Queue': 'messages not read yet',
  'AWS::ECR::Repository': 'all images, so that no pod can be started again',
  'AWS::EKS::Cluster': 'every object in the cluster and the claims on its volumes',
  // Everything else stands in it, so replacing it replaces all of the above.
  'AWS::EC2::VPC': 'the network under everything else',
};

/**
 * Properties of which the resource schema says that a change *may* replace the resource, with the reason why it does not
 * in this app. Everything else of that kind counts as a replacement.
 */
export const NEVER_REPLACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // The schema lists them because restoring from a snapshot or a source instance makes a new one; the user guide has them
  // as changes with no or some interruption:
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html
  'AWS::RDS::DBInstance': {
    AutoMinorVersionUpgrade: 'changed in place',
    BackupRetentionPeriod: 'changed in place',
    DBParameterGroupName: 'changed in place, a reboot applies it',
    MultiAZ: 'changed in place: a standby is added or taken away',
    PreferredMaintenanceWindow: 'changed in place',
    StorageType: 'changed in place',
  },
};

/** Changes of pods that cannot read what their volumes hold from before. */
export const INCOMPATIBLE_DATA: readonly { readonly kind: string; readonly field: RegExp; readonly loses: string }[] = [
  {
    kind: 'StatefulSet',
    field: /\.env\[(KAFKA_PROCESS_ROLES|KAFKA_ZOOKEEPER_CONNECT|CLUSTER_ID)\]/,
    loses: 'topics and offsets: brokers do not start on volumes of the other Kafka mode without a migration',
  },
];
