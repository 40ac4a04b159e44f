import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../config/environment';
import { removalPolicy } from '../config/removal';

/** Services that report something. Each publishes to an encrypted topic only if key and topic let it. */
const PUBLISHERS = ['budgets', 'cloudwatch', 'costalerts', 'events'].map((name) => `${name}.amazonaws.com`);

export interface AlarmTopicProps {
  readonly config: EnvironmentConfig;
}

/** Where everything that wants a person's attention is sent. One per region: an alarm publishes to its own region only. */
export class AlarmTopic extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, { config }: AlarmTopicProps) {
    super(scope, id);
    const name = environmentId(config.name);
    const { account } = cdk.Stack.of(this);
    const conditions = { StringEquals: { 'aws:SourceAccount': account } };
    const principals = PUBLISHERS.map((service) => new iam.ServicePrincipal(service));

    const masterKey = new kms.Key(this, 'Key', {
      description: `Alarms of ${name}`,
      enableKeyRotation: true,
      removalPolicy: removalPolicy(config),
    });
    masterKey.addToResourcePolicy(
      new iam.PolicyStatement({
        principals,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions,
      }),
    );
    this.topic = new sns.Topic(this, 'Resource', {
      topicName: `${name}-alarms`,
      displayName: `Alarms of ${name}`,
      masterKey,
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals,
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions,
      }),
    );
    const { alarmEmail } = config.observability;
    if (alarmEmail) {
      new sns.Subscription(this, 'Email', {
        topic: this.topic,
        protocol: sns.SubscriptionProtocol.EMAIL,
        endpoint: alarmEmail,
      });
    }
  }
}
