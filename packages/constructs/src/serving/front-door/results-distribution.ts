import { cost, type ApiSettings, type NormalisedEnvironment } from '@wa-ml/config';
import { CfnOutput, Duration, Validations } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  OriginProtocolPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeInPacks } from '../../foundation/acknowledge-in-packs';
import { removalPolicy } from '../../foundation/removal';
import { abortUploads, coolDown, safeBucket } from '../../foundation/storage';
import { apiHost, stageName } from './front-door-api';

export interface ResultsDistributionProps {
  readonly environment: NormalisedEnvironment;
  readonly api: RestApi;
  readonly settings: ApiSettings & { readonly cloudFront: NonNullable<ApiSettings['cloudFront']> };
  /** A firewall of the scope CLOUDFRONT. */
  readonly firewallArn: string;
}

/**
 * CloudFront before GET /predictions/{entityId}/{version}. The version is in the path, so that a release needs no
 * invalidation; the authorisation is in the key of the cache, so that nobody is given what was fetched for another.
 */
export class ResultsDistribution extends Construct {
  constructor(scope: Construct, id: string, props: ResultsDistributionProps) {
    super(scope, id);
    const { settings, api, environment } = props;
    const { domain, certificateArn } = settings.cloudFront;
    const logs = new Bucket(this, 'Logs', {
      ...safeBucket,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED, // CloudFront delivers by an access control list
      encryption: BucketEncryption.S3_MANAGED,
      removalPolicy: removalPolicy(environment.tier),
      lifecycleRules: [
        abortUploads,
        { id: 'age', transitions: coolDown, expiration: Duration.days(cost.lifecycle.expiryDays) },
      ],
    });
    acknowledgeLogs(logs);
    const cachePolicy = new CachePolicy(this, 'PerCaller', {
      comment: 'One answer for each caller and path',
      headerBehavior: CacheHeaderBehavior.allowList(
        'Authorization',
        ...(settings.corsOrigins.length > 0 ? ['Origin'] : []),
        ...(settings.quota === undefined ? [] : ['X-Api-Key']),
      ),
      queryStringBehavior: CacheQueryStringBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0), // what the API says: errors are not kept
      maxTtl: Duration.seconds(settings.cacheSeconds),
    });
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Predictions by entity of ${api.restApiName}`,
      domainNames: [domain],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      webAclId: props.firewallArn,
      logBucket: logs,
      logIncludesCookies: false,
      defaultBehavior: {
        origin: new HttpOrigin(apiHost(api), {
          originPath: `/${stageName}`,
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
        }),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        cachePolicy,
      },
    });
    Validations.of(distribution).acknowledge({
      id: 'AwsSolutions-CFR1',
      reason:
        'Callers are known by their tokens; where they may be is for the organisation to say, in customise.ts.',
    });
    new CfnOutput(this, 'Domain', { value: distribution.distributionDomainName });
  }
}

function acknowledgeLogs(logs: Bucket): void {
  const itself =
    'This bucket is where the access logs of CloudFront go; its own access would be logged into itself.';
  Validations.of(logs).acknowledge({ id: 'AwsSolutions-S1', reason: itself });
  acknowledgeInPacks(logs, 'S3BucketLoggingEnabled', itself);
  acknowledgeInPacks(
    logs,
    'S3BucketReplicationEnabled',
    'It tells who read which prediction, for a year; nothing of an environment is restored from it.',
  );
  acknowledgeInPacks(
    logs,
    'S3DefaultEncryptionKMS',
    "CloudFront's delivery of logs would have to be let use a key of the environment; S3 encrypts them with its own.",
  );
}
