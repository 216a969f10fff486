import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractPath, datasetsOf, readContract } from '@wa-ml/config';
import { CapabilityStack, DataLake, DatasetPipeline, type Foundation, type StackSubject } from '@wa-ml/constructs';
import type { Construct } from 'constructs';

const root = join(__dirname, '..');

/** The data pipeline, in the environment that trains: what is delivered is validated, cleaned and trained on. */
export class DataStack extends CapabilityStack {
  constructor(scope: Construct, subject: StackSubject, foundation: Foundation) {
    super(scope, 'data', subject);
    const lake = new DataLake(this, 'Lake', { subject, foundation });
    for (const dataset of datasetsOf(subject.configuration)) {
      // The same file that the jobs read.
      const contract = readContract(readFileSync(join(root, contractPath(dataset.name)), 'utf8'), dataset.name);
      new DatasetPipeline(this, `Dataset-${dataset.name}`, { subject, foundation, lake, dataset, contract, root });
    }
  }
}
