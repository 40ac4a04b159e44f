import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { removalPolicy } from '../../config/removal';

/**
 * Services that report something, and whether they say for which account. Each publishes to an encrypted topic only if key
 * and topic let it, and one that is asked for an account and names none is refused without a word: EventBridge names it to
 * neither. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 */
const PUBLISHERS = [
  { services: ['budgets', 'cloudwatch', 'costalerts'], namesAccount: true },
  { services: ['events'], namesAccount: false },
];

export interface AlarmTopicProps {
  /** The environment. */
  readonly config: EnvironmentConfig;
}

/** Where everything that wants a person's attention is sent. One per region: an alarm publishes to its own region only. */
export class AlarmTopic extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, { config }: AlarmTopicProps) {
    super(scope, id);
    const name = environmentId(config.name);
    const topicName = `${name}-alarms`;
    const stack = cdk.Stack.of(this);
    const masterKey = new kms.Key(this, 'Key', {
      description: `Alarms of ${name}`,
      enableKeyRotation: true,
      removalPolicy: removalPolicy(config),
    });
    this.topic = new sns.Topic(this, 'Resource', {
      topicName,
      displayName: `Alarms of ${name}`,
      masterKey,
      enforceSSL: true,
    });
    for (const { services, namesAccount } of PUBLISHERS) {
      const publish = {
        principals: services.map((service) => new iam.ServicePrincipal(`${service}.amazonaws.com`)),
        conditions: namesAccount ? { StringEquals: { 'aws:SourceAccount': stack.account } } : undefined,
      };
      masterKey.addToResourcePolicy(
        new iam.PolicyStatement({ ...publish, actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'] }),
      );
      this.topic.addToResourcePolicy(
        new iam.PolicyStatement({ ...publish, actions: ['sns:Publish'], resources: [this.topic.topicArn] }),
      );
    }
    const { alarmEmail } = config.observability;
    if (alarmEmail) {
      const undelivered = new sqs.Queue(this, 'Undelivered', {
        queueName: `${topicName}-undelivered`,
        encryptionMasterKey: masterKey,
        enforceSSL: true,
        retentionPeriod: cdk.Duration.days(14),
      });
      masterKey.addToResourcePolicy(
        // By a name, because the topic itself needs the key.
        new iam.PolicyStatement({
          principals: [new iam.ServicePrincipal('sns.amazonaws.com')],
          actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
          resources: ['*'],
          conditions: { ArnEquals: { 'aws:SourceArn': stack.formatArn({ service: 'sns', resource: topicName }) } },
        }),
      );
      new sns.Subscription(this, 'Email', {
        topic: this.topic,
        protocol: sns.SubscriptionProtocol.EMAIL,
        endpoint: alarmEmail,
        deadLetterQueue: undelivered,
      });
    }
  }
}
