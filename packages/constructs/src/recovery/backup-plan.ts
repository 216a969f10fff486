import { backup, restoreTestHours } from '@wa-ml/config';
import { Duration, Names, RemovalPolicy } from 'aws-cdk-lib';
import {
  BackupPlan,
  BackupPlanRule,
  BackupVault,
  CfnBackupSelection,
  CfnRestoreTestingPlan,
  CfnRestoreTestingSelection,
  type BackupPlanCopyActionProps,
} from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import type { StackSubject } from '../foundation/capability-stack';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import { allowBackup, allowCopies, allowRestoreTest } from './backup-permissions';
import { backupTag, backupTagValue } from './backed-up';
import { copiedFor, type RecoveryCopies } from './recovery-copies';
import { vaultLock } from './vault-lock';

export interface BackupsProps {
  readonly subject: StackSubject;
  readonly foundation: Foundation;
  /** Where the nightly snapshots are copied to. @default - nowhere */
  readonly copies?: RecoveryCopies;
}

/**
 * AWS Backup of everything that `backUp` marked (REL-5): continuously, for any second of the last 35 days, and a snapshot
 * each night, which is what the recovery region gets. Once a week the newest is restored to see that it can be.
 */
export class Backups extends Construct {
  constructor(scope: Construct, id: string, props: BackupsProps) {
    super(scope, id);
    const { subject, foundation } = props;
    const backupVaultName = Names.uniqueResourceName(this, { maxLength: 50, separator: '-' });
    const vault = new BackupVault(this, 'Vault', {
      backupVaultName,
      encryptionKey: foundation.dataKey,
      removalPolicy: RemovalPolicy.RETAIN,
      lockConfiguration: vaultLock(subject.environment),
    });
    const role = new DutyRole(this, 'Role', {
      duty: 'backs up what is tagged for it',
      service: 'backup.amazonaws.com',
      namesAccount: false,
    });
    allowBackup(role, foundation);
    if (props.copies) allowCopies(role);
    const plan = new BackupPlan(this, 'Plan', { backupVault: vault });
    for (const rule of rulesOf(props.copies, this)) plan.addRule(rule);
    new CfnBackupSelection(this, 'Selection', {
      backupPlanId: plan.backupPlanId,
      backupSelection: {
        selectionName: 'tagged',
        iamRoleArn: role.roleArn,
        listOfTags: [
          {
            conditionType: 'STRINGEQUALS',
            conditionKey: backupTag,
            conditionValue: backupTagValue(subject),
          },
        ],
      },
    }).node.addDependency(role);
    this.testRestores(props, vault);
    new CataloguedAlarm(this, 'Failed', {
      kind: 'backup-failed',
      subject: backupTagValue(subject),
      dimensions: { BackupVaultName: backupVaultName },
      topic: foundation.alarmTopic,
    });
  }

  private testRestores({ subject, foundation }: BackupsProps, vault: BackupVault): void {
    const role = new DutyRole(this, 'RestoreTestRole', {
      duty: 'restores a backup to see that it can be',
      service: 'backup.amazonaws.com',
      namesAccount: false,
    });
    allowRestoreTest(role, foundation);
    const name = (suffix: string): string =>
      Names.uniqueResourceName(this, {
        maxLength: 45,
        allowedSpecialCharacters: '_',
        separator: '_',
      }) + suffix;
    const plan = new CfnRestoreTestingPlan(this, 'RestoreTest', {
      restoreTestingPlanName: name('_test'),
      scheduleExpression: 'cron(0 6 ? * SUN *)',
      startWindowHours: 1,
      recoveryPointSelection: {
        algorithm: 'LATEST_WITHIN_WINDOW',
        includeVaults: [vault.backupVaultArn],
        recoveryPointTypes: ['SNAPSHOT', 'CONTINUOUS'],
        selectionWindowDays: 7,
      },
    });
    new CfnRestoreTestingSelection(this, 'RestoreTestBuckets', {
      restoreTestingPlanName: plan.restoreTestingPlanName,
      restoreTestingSelectionName: name('_s3'),
      protectedResourceType: 'S3',
      iamRoleArn: role.roleArn,
      protectedResourceConditions: {
        stringEquals: [{ key: `aws:ResourceTag/${backupTag}`, value: backupTagValue(subject) }],
      },
      validationWindowHours: restoreTestHours,
    }).node.addDependency(plan, role);
  }
}

function rulesOf(copies: RecoveryCopies | undefined, scope: Construct): BackupPlanRule[] {
  const window = {
    startWindow: Duration.minutes(backup.startWindowMinutes),
    completionWindow: Duration.minutes(backup.completionWindowMinutes),
  };
  const copyActions: BackupPlanCopyActionProps[] = copies
    ? [
        {
          destinationBackupVault: BackupVault.fromBackupVaultArn(scope, 'Copies', copies.vaultArn),
          deleteAfter: copiedFor,
        },
      ]
    : [];
  return [
    new BackupPlanRule({
      ruleName: 'continuous',
      enableContinuousBackup: true,
      deleteAfter: Duration.days(backup.continuousDays),
      scheduleExpression: Schedule.cron({ hour: '1', minute: '0' }),
      ...window,
    }),
    new BackupPlanRule({
      ruleName: 'nightly',
      deleteAfter: Duration.days(backup.snapshotDays),
      // After the export of the registry, which it takes along.
      scheduleExpression: Schedule.cron({ hour: '3', minute: '0' }),
      ...window,
      copyActions,
    }),
  ];
}
