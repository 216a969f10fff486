import {
  CapabilityStack,
  ModelDashboard,
  SignificantEvents,
  type Foundation,
  type ModelSubject,
} from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/** One model's dashboard in one environment, and a notice of everything that happens to it. */
export class MonitoringStack extends CapabilityStack {
  /** @param watched the model's other stacks: the dashboard shows the state of every alarm in them */
  constructor(scope: Construct, subject: ModelSubject, foundation: Foundation, watched: readonly Construct[]) {
    super(scope, 'monitoring', subject);
    new ModelDashboard(this, 'Dashboard', { subject, watched });
    new SignificantEvents(this, 'Events', { subject, foundation });
  }
}
