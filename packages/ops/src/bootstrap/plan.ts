import type { NormalisedConfiguration } from '@wa-ml/config';
import type { Found } from './look-up';
import { accessStackName, gitHubIssuer, providerArn, type AccessTarget } from './target';

/** One thing that an account needs before CI can deploy into it. */
export interface BootstrapStep {
  readonly id: 'cdk' | 'provider' | 'audience' | 'role';
  /** Of `cdk`: each region has its own. */
  readonly region?: string;
  readonly what: string;
  /** `unknown` where the account was not asked; `by-hand` is left as it is. */
  readonly state: 'done' | 'to-do' | 'by-hand' | 'unknown';
  /** The same by hand. */
  readonly command: string;
}

/**
 * What is there and what is to do, in the order in which it is done.
 * @param found what the account has; undefined where it was not asked.
 */
export function planBootstrap(
  configuration: NormalisedConfiguration,
  target: AccessTarget,
  found: Found | undefined,
): BootstrapStep[] {
  const { account, region, name } = target.environment;
  const stack = accessStackName(configuration, name);
  const state = (done: boolean | undefined): BootstrapStep['state'] =>
    done === undefined ? 'unknown' : done ? 'done' : 'to-do';
  const steps: BootstrapStep[] = [
    ...target.regions.map((one): BootstrapStep => ({
      id: 'cdk',
      region: one,
      what: `CDK may deploy into ${account}, ${one}`,
      state: state(found?.cdkToolkits.includes(one)),
      command: `npx cdk bootstrap aws://${account}/${one}`,
    })),
    {
      id: 'provider',
      what: `the account trusts GitHub's tokens (one provider for all repositories)`,
      state: state(found && found.audiences !== undefined),
      command: `aws iam create-open-id-connect-provider --url https://${gitHubIssuer} --client-id-list ${target.audience}`,
    },
  ];
  // Somebody else's provider may know other audiences only.
  if (found?.audiences && !found.audiences.includes(target.audience))
    steps.push({
      id: 'audience',
      what: `that provider knows the audience ${target.audience}`,
      state: 'to-do',
      command: `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${providerArn(target)} --client-id ${target.audience}`,
    });
  const byHand = found !== undefined && found.role && found.accessStack === undefined;
  steps.push({
    id: 'role',
    what: `the role ${target.roleName} for ${target.subject}`,
    state: byHand ? 'by-hand' : state(found && found.role),
    command: `npx wa-ml bootstrap ${name} --template > ${stack}.json && aws cloudformation deploy --stack-name ${stack} --template-file ${stack}.json --capabilities CAPABILITY_NAMED_IAM --region ${region}`,
  });
  return steps;
}
