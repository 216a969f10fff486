// The peer: a CDK app that has the same resources, read from the templates that ours wrote. `nag` adds AwsSolutions.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { App, BootstraplessSynthesizer, Stack, Validations } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');

const [templates, checked] = process.argv.slice(2);
const app = new App({ postCliContext: { '@aws-cdk/core:failSynthOnValidationErrors': false } });
if (checked === 'nag') {
  const { AwsSolutionsChecks } = require('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
}
for (const file of readdirSync(templates).filter((name) => name.endsWith('.template.json'))) {
  const name = file.slice(0, -'.template.json'.length);
  const stack = new Stack(app, name, {
    env: { account: '111111111111', region: 'eu-west-1' },
    synthesizer: new BootstraplessSynthesizer(), // its parameter is in the template already
  });
  new CfnInclude(stack, 'All', { templateFile: join(templates, file) });
}
app.synth();
