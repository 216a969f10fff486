import type { ApiSettings, NormalisedEnvironment } from '@wa-ml/config';
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
  type ITableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { removalPolicy } from '../../foundation/removal';

export interface FrontDoorTablesProps {
  readonly environment: NormalisedEnvironment;
  readonly api: ApiSettings;
  readonly key: IKey;
}

/** Days back to which the results can be restored. DynamoDB keeps 1 to 35. */
const recoveryDays = 35;

/** What the function keeps: earlier answers and the state of the circuit; and, where asked for, predictions by entity. */
export class FrontDoorTables extends Construct {
  readonly state: ITableV2;
  /** @default - predictions are not kept by entity */
  readonly results?: ITableV2;

  constructor(scope: Construct, id: string, props: FrontDoorTablesProps) {
    super(scope, id);
    const encryption = TableEncryptionV2.customerManagedKey(props.key);
    // Answers that the model gives again, and a state of seconds: nothing in it is worth restoring.
    this.state = new TableV2(this, 'State', {
      partitionKey: { name: 'key', type: AttributeType.STRING },
      timeToLiveAttribute: 'expires',
      encryption,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    if (!props.api.results) return;
    this.results = new TableV2(this, 'Results', {
      partitionKey: { name: 'entityId', type: AttributeType.STRING },
      sortKey: { name: 'modelVersion', type: AttributeType.STRING },
      timeToLiveAttribute: 'expires',
      encryption,
      // SEC-5: who audits reads every change, with what was there before.
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: recoveryDays,
      },
      deletionProtection: props.environment.tier === 'production',
      removalPolicy: removalPolicy(props.environment.tier),
    });
  }
}
