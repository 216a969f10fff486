import type { Outcome } from '../../src/serving/front-door/handler/endpoint';
import type { ApiEvent } from '../../src/serving/front-door/handler/events';
import { CircuitBreaker } from '../../src/serving/front-door/handler/circuit-breaker';
import { FrontDoor } from '../../src/serving/front-door/handler/front-door';
import { Predictions } from '../../src/serving/front-door/handler/predictions';
import type { ResultsStore } from '../../src/serving/front-door/handler/results-store';
import { RetryBudget } from '../../src/serving/front-door/handler/retry-budget';
import {
  defaultCircuit,
  defaultRetry,
  type FrontDoorSettings,
} from '../../src/serving/front-door/handler/settings';
import { SharedCircuit } from '../../src/serving/front-door/handler/shared-circuit';
import type { KeptAnswer, StateStore } from '../../src/serving/front-door/handler/state-store';

export const settings: FrontDoorSettings = {
  endpointName: 'acme-ml-diagnosis-dev',
  modelVersion: '3',
  timeoutMilliseconds: 1000,
  bodyBytes: 1024,
  cacheSeconds: 60,
  staleSeconds: 600,
  resultSeconds: 3600,
  corsOrigins: ['https://app.acme.example'],
  circuit: defaultCircuit,
  retry: defaultRetry,
};

/** A table in memory, which several containers may share; `broken` refuses everything as DynamoDB's form of it does. */
export class MemoryStore implements StateStore {
  readonly answers = new Map<string, KeptAnswer>();
  openUntil = 0;
  tryingUntil = 0;
  constructor(private readonly now: () => number) {}
  answer = async (key: string) => this.answers.get(key);
  keepAnswer = async (key: string, body: string) =>
    void this.answers.set(key, { body, at: this.now() });
  circuitOpenUntil = async () => this.openUntil;
  setCircuit = async (until: number) => {
    this.openUntil = until;
    this.tryingUntil = 0;
  };
  claimTrial = async (at: number, until: number) => {
    if (this.openUntil > at || this.tryingUntil > at) return false;
    this.tryingUntil = until;
    return true;
  };
}

export const answered: Outcome = {
  kind: 'answered',
  body: '{"predictions":[{"label":"benign"}]}',
};
export const failed = (more: object = {}): Outcome => ({
  kind: 'failed',
  reason: 'ServiceUnavailable',
  isTimeout: false,
  isRetryable: true,
  ...more,
});

export const post = (body: unknown, more: Partial<ApiEvent> = {}): ApiEvent => ({
  httpMethod: 'POST',
  resource: '/invocations',
  headers: { 'Content-Type': 'application/json' },
  pathParameters: null,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  isBase64Encoded: false,
  requestContext: { requestId: 'gateway-request-id' },
  ...more,
});

/** A container of the function with a clock that only moves when it is told to. */
export function container(
  more: Partial<FrontDoorSettings> = {},
  shared?: { clock: { at: number }; store: MemoryStore },
) {
  const clock = shared?.clock ?? { at: 1_800_000_000_000 };
  const now = () => clock.at;
  const store = shared?.store ?? new MemoryStore(now);
  const all = { ...settings, ...more };
  /** What the endpoint answers, one after the other; the last one for ever. */
  const outcomes: Outcome[] = [answered];
  const calls: { body: string; requestId: string; timeout: number }[] = [];
  const lines: Record<string, any>[] = [];
  const written = new Map<string, string>();
  const results: ResultsStore = {
    read: async (id, version) => written.get(`${id}/${version}`),
    write: async (id, version, answer) => void written.set(`${id}/${version}`, answer),
  };
  const predictions = new Predictions({
    settings: all,
    invoke: async (body, requestId, timeout) => {
      calls.push({ body, requestId, timeout });
      return outcomes.length > 1 ? outcomes.shift()! : outcomes[0]!;
    },
    circuit: new SharedCircuit(
      new CircuitBreaker(all.circuit, now),
      store,
      now,
      all.timeoutMilliseconds,
    ),
    budget: new RetryBudget(all.retry),
    store,
    now,
    pause: async (milliseconds) => void (clock.at += milliseconds),
    random: () => 0.5,
  });
  const door = new FrontDoor({
    settings: all,
    predictions,
    results,
    now,
    takeStoreFailures: () => 0,
    write: (line) => lines.push(JSON.parse(line)),
  });
  const endpoint = (...next: Outcome[]) => void outcomes.splice(0, outcomes.length, ...next);
  return { door, clock, store, calls, lines, results, written, endpoint };
}
