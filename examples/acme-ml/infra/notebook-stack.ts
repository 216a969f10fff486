import type { NotebookSettings } from '@wa-ml/config';
import { CapabilityStack, Notebooks, type Foundation, type StackSubject } from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/** People's workspaces in SageMaker Studio, in the private network; they stop when idle. */
export class NotebookStack extends CapabilityStack {
  constructor(scope: Construct, subject: StackSubject, foundation: Foundation, settings: NotebookSettings) {
    super(scope, 'notebooks', subject);
    new Notebooks(this, 'Notebooks', { subject, foundation, settings });
  }
}
