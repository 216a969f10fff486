import type { Invoke, Outcome } from './endpoint';
import type { Counts } from './metrics';
import type { PredictionRequest } from './request';
import { degraded, problem, type Answer } from './responses';
import type { RetryBudget } from './retry-budget';
import type { FrontDoorSettings } from './settings';
import type { SharedCircuit } from './shared-circuit';
import type { KeptAnswer, StateStore } from './state-store';

export interface PredictionParts {
  readonly settings: FrontDoorSettings;
  readonly invoke: Invoke;
  readonly circuit: SharedCircuit;
  readonly budget: RetryBudget;
  readonly store: StateStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** 0 to 1 */
  readonly random: () => number;
}

/** What a request came to: the answer, and the name of the endpoint's last error. */
export interface Predicted {
  readonly answer: Answer;
  readonly reason?: string;
}

/**
 * Answers of the model, and what is answered while the endpoint is unhealthy: the answer that the same body got from
 * the same version before, else the stated fallback, else 503 (REL-8).
 */
export class Predictions {
  constructor(private readonly parts: PredictionParts) {}

  async predict(
    request: PredictionRequest,
    requestId: string,
    happened: Counts,
  ): Promise<Predicted> {
    const { settings, store, budget, circuit, now } = this.parts;
    const key = settings.cacheSeconds > 0 ? request.key : undefined;
    const kept = key === undefined ? undefined : await store.answer(key);
    if (kept && now() - kept.at < settings.cacheSeconds * 1000) {
      happened.CacheHits = 1;
      return { answer: { status: 200, body: kept.body, headers: { 'X-Cache': 'hit' } } };
    }
    budget.earn();
    const admission = await circuit.admit();
    if (!admission) {
      happened.CircuitOpen = 1;
      return { answer: this.withoutModel(request, kept, happened, 503), reason: 'CircuitOpen' };
    }
    // An endpoint that was unhealthy is tried by one call, whatever the budget would pay for.
    const attempts = admission === 'trial' ? 1 : settings.retry.attempts;
    const outcome = await this.call(request.text, requestId, attempts, happened);
    if (outcome.kind === 'failed') {
      await circuit.failed(admission);
      const status = outcome.isTimeout ? 504 : 503;
      return { answer: this.withoutModel(request, kept, happened, status), reason: outcome.reason };
    }
    await circuit.succeeded(admission);
    if (outcome.kind === 'refused') return { answer: outcome };
    if (key !== undefined) await store.keepAnswer(key, outcome.body, settings.staleSeconds);
    return { answer: { status: 200, body: outcome.body, headers: { 'X-Cache': 'miss' } } };
  }

  /** Calls until there is an answer, nothing is left of time or budget, or another call would change nothing. */
  private async call(
    text: string,
    requestId: string,
    attempts: number,
    happened: Counts,
  ): Promise<Outcome> {
    const { settings, invoke, budget, now, pause, random } = this.parts;
    const { pauseMilliseconds } = settings.retry;
    const deadline = now() + settings.timeoutMilliseconds;
    for (let attempt = 1; ; attempt++) {
      const outcome = await invoke(text, requestId, Math.max(1, deadline - now()));
      if (outcome.kind !== 'failed') return outcome;
      happened.EndpointFailures += 1;
      // Drawn anew each time, so that callers who failed together do not come back together.
      const wait = random() * pauseMilliseconds * 2 ** (attempt - 1);
      if (!outcome.isRetryable || attempt >= attempts || now() + wait >= deadline) return outcome;
      if (!budget.spend()) {
        happened.RetriesRefused = 1;
        return outcome;
      }
      happened.Retries += 1;
      await pause(wait);
    }
  }

  private withoutModel(
    request: PredictionRequest,
    kept: KeptAnswer | undefined,
    happened: Counts,
    status: 503 | 504,
  ): Answer {
    const { settings, circuit, now } = this.parts;
    if (kept || settings.fallback) happened.Degraded = 1;
    if (kept) return degraded(JSON.parse(kept.body) as object, 'cache', kept.at);
    if (settings.fallback) {
      const { fallback } = settings;
      return degraded(
        { predictions: Array.from({ length: request.rows }, () => fallback) },
        'fallback',
      );
    }
    const seconds = Math.max(1, Math.ceil((circuit.openUntil - now()) / 1000));
    const refusal =
      status === 504
        ? problem(504, 'endpoint_timeout', 'The model did not answer in time.')
        : problem(503, 'endpoint_unavailable', 'The model cannot be asked at the moment.');
    return { ...refusal, headers: { 'Retry-After': String(seconds) } };
  }
}
