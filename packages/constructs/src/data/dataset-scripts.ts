import { join } from 'node:path';
import type { Dataset } from '@wa-ml/config';
import { contractPath } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { DutyRole } from '../foundation/duty-role';

/** What Python leaves beside the sources; it would make another asset of the same code. */
const leftovers = ['**/__pycache__', '**/*.pyc'];

/** The code of the jobs and a dataset's contract, as assets: a new content is a new object, and a deployment puts it there. */
export class DatasetScripts extends Construct {
  /** The package, which Glue puts on Python's path. */
  readonly package: Asset;
  readonly validate: Asset;
  readonly preprocess: Asset;
  readonly contract: Asset;

  /** @param root the generated repository */
  constructor(scope: Construct, id: string, root: string, dataset: Dataset) {
    super(scope, id);
    const folder = join(root, 'pipelines', 'data');
    this.package = new Asset(this, 'Package', { path: join(folder, 'src'), exclude: leftovers });
    this.validate = new Asset(this, 'Validate', { path: join(folder, 'jobs', 'validate.py') });
    this.preprocess = new Asset(this, 'Preprocess', {
      path: join(folder, 'jobs', 'preprocess.py'),
    });
    this.contract = new Asset(this, 'Contract', { path: join(root, contractPath(dataset.name)) });
  }

  /** Read exactly the objects that a job needs: `grantRead` would open the whole bucket of all assets. */
  allowRead(role: DutyRole, script: Asset): void {
    const { partition } = Stack.of(this);
    role.allow({
      actions: ['s3:GetObject'],
      resources: [this.package, script, this.contract].map(
        ({ s3BucketName, s3ObjectKey }) => `arn:${partition}:s3:::${s3BucketName}/${s3ObjectKey}`,
      ),
    });
  }
}
