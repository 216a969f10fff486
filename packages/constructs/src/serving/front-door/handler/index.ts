import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { CircuitBreaker } from './circuit-breaker';
import { invoker } from './endpoint';
import type { ApiEvent, ApiResponse } from './events';
import { FrontDoor } from './front-door';
import { Predictions } from './predictions';
import { resultsStore } from './results-store';
import { RetryBudget } from './retry-budget';
import { variables, type FrontDoorSettings } from './settings';
import { SharedCircuit } from './shared-circuit';
import { stateStore } from './state-store';

const { env } = process;
const now = (): number => Date.now();

/** Time to reach an address of AWS inside the region; in milliseconds. */
const connectionTimeout = 1000;

function fromEnvironment(): FrontDoor {
  const settings = JSON.parse(env[variables.settings] ?? '{}') as FrontDoorSettings;
  const endpoint = new SageMakerRuntimeClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout },
  });
  const tables = new DynamoDBClient({ maxAttempts: 2, requestHandler: { connectionTimeout } });
  const resultsTable = env[variables.resultsTable];
  const report = (line: string): void => void process.stdout.write(`${line}\n`);
  let storeFailures = 0;
  const store = stateStore(tables, env[variables.stateTable] ?? '', now, () => storeFailures++);
  const predictions = new Predictions({
    settings,
    invoke: invoker(endpoint, settings.endpointName),
    circuit: new SharedCircuit(
      new CircuitBreaker(settings.circuit, now),
      store,
      now,
      settings.timeoutMilliseconds,
    ),
    budget: new RetryBudget(settings.retry),
    store,
    now,
    random: Math.random,
    pause: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
  });
  return new FrontDoor({
    settings,
    predictions,
    ...(resultsTable ? { results: resultsStore(tables, resultsTable, now) } : {}),
    now,
    takeStoreFailures: () => {
      const count = storeFailures;
      storeFailures = 0;
      return count;
    },
    write: report,
  });
}

const frontDoor = fromEnvironment();

/** What Lambda calls; the circuit, the budget and the connections live as long as its container. */
export const handler = (event: ApiEvent): Promise<ApiResponse> => frontDoor.handle(event);
