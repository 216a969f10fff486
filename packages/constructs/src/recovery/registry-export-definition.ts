/** Folder of the artifact bucket: `registry/<group>/<version>.json`. */
export const registryPrefix = 'registry';

/** SageMaker throttles its List and Describe calls at a few a second. */
const retried = [
  {
    ErrorEquals: ['States.TaskFailed'],
    IntervalSeconds: 2,
    MaxAttempts: 6,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
];
const call = (action: string, arguments_: object | string, more: object) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::aws-sdk:${action}`,
  Arguments: arguments_,
  Retry: retried,
  ...more,
});
/** Goes on with the next page, if there is one. */
const nextPage = (variable: string, list: string) => ({
  Type: 'Choice',
  Choices: [{ Condition: `{% $${variable} != '' %}`, Next: list }],
  Default: 'Done',
});
/** The token is left out of the first request: an empty one is refused. */
const paged = (variable: string, fields: string): string =>
  `{% $merge([${fields}, $${variable} != '' ? {'NextToken': $${variable}} : {}]) %}`;
/** The token of the next page; a variable of an inner workflow may not have the name of an outer one. */
const tokenInto = (variable: string) => ({
  [variable]: "{% $exists($states.result.NextToken) ? $states.result.NextToken : '' %}",
});

/**
 * What Step Functions runs: every group whose name begins with the repository's, every version in it, one object for each.
 * Pages are worked off one after the other, so that nothing grows with the registry (a state holds 256 KB).
 * @param name of the repository
 */
export function registryExportDefinition(name: string, bucketName: string): object {
  const versions = {
    StartAt: 'FirstVersions',
    States: {
      FirstVersions: {
        Type: 'Pass',
        Assign: { versionPage: '', group: '{% $states.input %}' },
        Next: 'Versions',
      },
      Versions: call(
        'sagemaker:listModelPackages',
        paged('versionPage', "{'ModelPackageGroupName': $group, 'MaxResults': 50}"),
        {
          Assign: tokenInto('versionPage'),
          Output: '{% [$states.result.ModelPackageSummaryList.ModelPackageArn] %}',
          Next: 'EachVersion',
        },
      ),
      EachVersion: {
        Type: 'Map',
        MaxConcurrency: 2,
        Output: '{% null %}',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Describe',
          States: {
            Describe: call(
              'sagemaker:describeModelPackage',
              { ModelPackageName: '{% $states.input %}' },
              { Next: 'Keep' },
            ),
            Keep: call(
              's3:putObject',
              {
                Bucket: bucketName,
                Key: `{% '${registryPrefix}/' & $split($states.input.ModelPackageArn, ':model-package/')[1] & '.json' %}`,
                Body: '{% $string($states.input) %}',
                ContentType: 'application/json',
              },
              { Output: '{% null %}', End: true },
            ),
          },
        },
        Next: 'MoreVersions',
      },
      MoreVersions: nextPage('versionPage', 'Versions'),
      Done: { Type: 'Pass', Output: '{% null %}', End: true },
    },
  };
  return {
    Comment: 'What the registry knows of each model package, into the artifact bucket',
    QueryLanguage: 'JSONata',
    TimeoutSeconds: 3600,
    StartAt: 'FirstGroups',
    States: {
      FirstGroups: { Type: 'Pass', Assign: { groupPage: '' }, Next: 'Groups' },
      Groups: call(
        'sagemaker:listModelPackageGroups',
        paged('groupPage', `{'NameContains': '${name}-', 'MaxResults': 50}`),
        {
          Assign: tokenInto('groupPage'),
          // The API looks for the name anywhere; ours stand at the beginning.
          Output: `{% [$states.result.ModelPackageGroupSummaryList.ModelPackageGroupName[$substring($, 0, ${name.length + 1}) = '${name}-']] %}`,
          Next: 'EachGroup',
        },
      ),
      EachGroup: {
        Type: 'Map',
        MaxConcurrency: 1,
        Output: '{% null %}',
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...versions },
        Next: 'MoreGroups',
      },
      MoreGroups: nextPage('groupPage', 'Groups'),
      Done: { Type: 'Succeed' },
    },
  };
}
