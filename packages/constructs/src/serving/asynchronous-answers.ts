import { Stack } from 'aws-cdk-lib';
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import { allowObjects } from '../foundation/job-permissions';

export interface AsynchronousAnswersProps {
  readonly model: string;
  readonly foundation: Foundation;
  /** Of the endpoint: it reads the requests, writes the answers and tells the topics. */
  readonly role: DutyRole;
}

/**
 * Where the requests of an asynchronous endpoint come from and its answers go:
 * `<model>/asynchronous/requests`, `.../answers` and `.../failures` in the data bucket, and a topic for each outcome.
 */
export class AsynchronousAnswers extends Construct {
  readonly config: CfnEndpointConfig.AsyncInferenceConfigProperty;

  constructor(scope: Construct, id: string, props: AsynchronousAnswersProps) {
    super(scope, id);
    const { foundation, role } = props;
    const { data } = foundation.storage;
    const prefix = `${props.model}/asynchronous`;
    allowObjects(role, data, prefix, 'read-write');

    const topic = (name: string): Topic =>
      new Topic(this, name, { masterKey: foundation.dataKey, enforceSSL: true });
    const answered = topic('Answered');
    const failed = topic('Failed');
    role
      .allow({ actions: ['sns:Publish'], resources: [answered.topicArn, failed.topicArn] })
      .allow({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [foundation.dataKey.keyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `sns.${Stack.of(this).region}.amazonaws.com` },
        },
      });
    const uri = (folder: string): string => `s3://${data.bucketName}/${prefix}/${folder}/`;
    this.config = {
      outputConfig: {
        kmsKeyId: foundation.dataKey.keyArn,
        s3OutputPath: uri('answers'),
        s3FailurePath: uri('failures'),
        notificationConfig: { successTopic: answered.topicArn, errorTopic: failed.topicArn },
      },
    };
    new CfnOutput(this, 'Requests', { value: uri('requests') });
    new CfnOutput(this, 'AnsweredTopic', { value: answered.topicArn });
    new CfnOutput(this, 'FailedTopic', { value: failed.topicArn });
  }
}
