import * as cdk from 'aws-cdk-lib';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as events from 'aws-cdk-lib/aws-events';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { KEEP } from '../../config/removal';

export interface BackupPlanProps {
  /** Database that is backed up. */
  readonly instance: rds.DatabaseInstance;

  /** Encrypts the vault. */
  readonly key: kms.IKey;
}

/** Daily backups of the database, kept 35 days in a vault that outlives the instance. */
export class BackupPlan extends Construct {
  constructor(scope: Construct, id: string, { instance, key }: BackupPlanProps) {
    super(scope, id);
    const plan = new backup.BackupPlan(this, 'Plan', {
      backupVault: new backup.BackupVault(this, 'Vault', {
        encryptionKey: key,
        removalPolicy: KEEP,
      }),
      backupPlanRules: [
        new backup.BackupPlanRule({
          ruleName: 'daily',
          // 02:00 in Seoul, before RDS's own window.
          scheduleExpression: events.Schedule.cron({ hour: '17', minute: '0' }),
          deleteAfter: cdk.Duration.days(35),
        }),
      ],
    });
    plan.addSelection('Database', { resources: [backup.BackupResource.fromRdsDatabaseInstance(instance)] });
  }
}
