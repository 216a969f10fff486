import { resourceName, type Dataset } from '@wa-ml/config';
import { CfnCrawler, CfnJob } from 'aws-cdk-lib/aws-glue';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { StackSubject } from '../foundation/capability-stack';
import type { Foundation } from '../foundation/foundation';
import { allowObjects } from '../foundation/job-permissions';
import type { DataLake } from './data-lake';
import { allowCrawling, allowRunning, glueRole } from './dataset-roles';
import type { DatasetScripts } from './dataset-scripts';

export interface DatasetJobsProps {
  readonly subject: StackSubject;
  readonly foundation: Foundation;
  readonly lake: DataLake;
  readonly dataset: Dataset;
  readonly scripts: DatasetScripts;
}

/** Spark 3.5 and Python 3.11, which the tests of the jobs run on, too. */
const glueVersion = '5.1';
/** 4 vCPUs and 16 GB; the smallest that a Spark job takes. Source: cost policy "Workers: G.1X". */
const workerType = 'G.1X';
const timeoutMinutes = 60;
/** bucket = 1, raw = 2, the dataset = 3: what is deeper is a partition and no table. */
const tableLevel = 3;

/** What looks at a delivery, what checks it and what writes it for training: a crawler and two Spark jobs. */
export class DatasetJobs extends Construct {
  readonly crawler: string;
  readonly validate: string;
  readonly preprocess: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DatasetJobsProps,
  ) {
    super(scope, id);
    const { configuration, environment } = props.subject;
    const name = resourceName(configuration, props.dataset.name, environment.name);
    this.crawler = name;
    this.validate = `${name}-validate`;
    this.preprocess = `${name}-preprocess`;
    this.addCrawler();
    this.addValidation();
    this.addPreprocessing();
  }

  private addCrawler(): void {
    const { foundation, lake, dataset } = this.props;
    const role = glueRole(
      this,
      'Crawl',
      `looks at what is delivered for ${dataset.name}`,
      foundation,
    );
    allowCrawling(role, foundation, lake, dataset.name);
    const crawler = new CfnCrawler(this, 'Crawler', {
      name: this.crawler,
      role: role.roleArn,
      databaseName: lake.databaseName,
      tablePrefix: 'raw_',
      targets: {
        s3Targets: [
          {
            path: `s3://${foundation.storage.data.bucketName}/raw/${dataset.name}/`,
            exclusions: ['**/_SUCCESS'],
          },
        ],
      },
      recrawlPolicy: { recrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' },
      // Glue takes nothing but LOG beside new folders only.
      schemaChangePolicy: { updateBehavior: 'LOG', deleteBehavior: 'LOG' },
      configuration: JSON.stringify({
        Version: 1,
        Grouping: {
          TableGroupingPolicy: 'CombineCompatibleSchemas',
          TableLevelConfiguration: tableLevel,
        },
      }),
      crawlerSecurityConfiguration: lake.securityConfiguration,
    });
    crawler.node.addDependency(role, lake);
  }

  /** Sees the raw data, personal data included; writes what passed, what did not, and why. */
  private addValidation(): void {
    const { foundation, dataset, scripts } = this.props;
    const role = glueRole(this, 'Validation', `validates ${dataset.name}`, foundation);
    const { data } = foundation.storage;
    allowObjects(role, data, `raw/${dataset.name}`, 'read');
    for (const stage of ['validated', 'quarantine', 'quality'])
      allowOverwriting(role, this.props, stage);
    this.addJob('Validate', this.validate, role, scripts.validate, {
      maxConcurrentRuns: 3, // a delivery each
      arguments: {
        '--job-bookmark-option': 'job-bookmark-disable',
        '--format': dataset.format,
        '--subject': this.crawler,
      },
    });
  }

  /** Sees only what passed; writes what training reads. */
  private addPreprocessing(): void {
    const { foundation, dataset, scripts } = this.props;
    const role = glueRole(this, 'Preprocessing', `writes ${dataset.name} for training`, foundation);
    allowObjects(role, foundation.storage.data, `validated/${dataset.name}`, 'read');
    allowOverwriting(role, this.props, 'curated');
    this.addJob('Preprocess', this.preprocess, role, scripts.preprocess, {
      maxConcurrentRuns: 1, // two runs would move the bookmark past each other's files
      arguments: { '--job-bookmark-option': 'job-bookmark-enable' },
    });
  }

  private addJob(
    id: string,
    name: string,
    role: ReturnType<typeof glueRole>,
    script: Asset,
    own: {
      readonly maxConcurrentRuns: number;
      readonly arguments: Readonly<Record<string, string>>;
    },
  ): void {
    const { foundation, lake, dataset, scripts } = this.props;
    allowRunning(role, foundation, lake, name);
    scripts.allowRead(role, script);
    const job = new CfnJob(this, id, {
      name,
      role: role.roleArn,
      glueVersion,
      workerType,
      numberOfWorkers: dataset.workers, // the most: auto scaling takes what the data needs
      timeout: timeoutMinutes,
      maxRetries: 0, // the state machine tries again, and knows when
      executionProperty: { maxConcurrentRuns: own.maxConcurrentRuns },
      securityConfiguration: lake.securityConfiguration,
      connections: { connections: [...lake.connections] },
      command: { name: 'glueetl', pythonVersion: '3', scriptLocation: script.s3ObjectUrl },
      defaultArguments: {
        '--job-language': 'python',
        '--enable-auto-scaling': 'true',
        '--enable-continuous-cloudwatch-log': 'true',
        '--extra-py-files': scripts.package.s3ObjectUrl,
        '--lake': `s3://${foundation.storage.data.bucketName}`,
        '--dataset': dataset.name,
        '--contract': scripts.contract.s3ObjectUrl,
        ...own.arguments,
      },
    });
    job.node.addDependency(role, lake);
  }
}

/** Write below a stage and take back what an earlier run left there, as Spark does when it overwrites. */
function allowOverwriting(
  role: ReturnType<typeof glueRole>,
  { foundation, dataset }: DatasetJobsProps,
  stage: string,
): void {
  const { data } = foundation.storage;
  allowObjects(role, data, `${stage}/${dataset.name}`, 'read-write');
  role.allow({
    actions: ['s3:DeleteObject'],
    resources: [data.arnForObjects(`${stage}/${dataset.name}/*`)],
    wildcardReason: `What lies below ${stage}/ is named after deliveries to come; the bucket keeps older versions.`,
  });
}
