import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStepGraph, stepGraphPath } from '@wa-ml/config';
import {
  CapabilityStack,
  ModelRegistry,
  TrainingPipeline,
  TrainingRoles,
  TrainingSchedule,
  WorkloadSecurityGroup,
  settingsOf,
  type Foundation,
  type ModelSubject,
} from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/** One model's registry in one environment and, in the environment that trains, its pipeline. */
export class TrainingStack extends CapabilityStack {
  readonly registry: ModelRegistry;

  constructor(scope: Construct, subject: ModelSubject, foundation: Foundation) {
    super(scope, 'training', subject);
    const { configuration, environment, model } = subject;
    const trains = environment.name === configuration.trainingEnvironment;
    this.registry = new ModelRegistry(this, 'Registry', { subject, key: foundation.dataKey, trains });
    // The other environments hold promoted copies; nothing there can start a training job.
    if (!trains) return;

    const securityGroup = new WorkloadSecurityGroup(this, 'SecurityGroup', {
      vpc: foundation.network.vpc,
      description: `Jobs of ${model}`,
      peers: true,
    });
    const roles = new TrainingRoles(this, 'Roles', { subject, foundation, registry: this.registry, securityGroup });
    // The same file that `nx run <model>:pipeline` runs on a laptop.
    const graph = readStepGraph(readFileSync(join(__dirname, '..', stepGraphPath), 'utf8'));
    const { pipelineName } = new TrainingPipeline(this, 'Pipeline', { subject, foundation, roles, securityGroup, graph });
    const { schedule } = settingsOf(subject).training;
    if (schedule) new TrainingSchedule(this, 'Schedule', { subject, foundation, pipelineName, schedule });
  }
}
