// The peer: a CDK app that has the same resources, read from the templates that ours wrote. `nag` adds AwsSolutions.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { App, Stack, Validations } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');

const [templates, checked] = process.argv.slice(2);
const app = new App({ postCliContext: { '@aws-cdk/core:failSynthOnValidationErrors': false } });
if (checked === 'nag') {
  const { AwsSolutionsChecks } = require('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
}
for (const file of readdirSync(templates).filter((name) => name.endsWith('.template.json'))) {
  const name = file.slice(0, -'.template.json'.length);
  new CfnInclude(
    new Stack(app, name, { env: { account: '111111111111', region: 'eu-west-1' } }),
    'All',
    {
      templateFile: join(templates, file),
    },
  );
}
app.synth();
