import { requestIdOf, type ApiEvent, type ApiResponse } from './events';
import { metricLine, noCounts, type Counts } from './metrics';
import type { Predicted, Predictions } from './predictions';
import { readRequest } from './request';
import { problem, respond } from './responses';
import type { ResultsStore } from './results-store';
import type { FrontDoorSettings } from './settings';

export interface FrontDoorParts {
  readonly settings: FrontDoorSettings;
  readonly predictions: Predictions;
  /** Absent where predictions are not kept by entity. */
  readonly results?: ResultsStore;
  readonly now: () => number;
  /** What the tables failed to do since it was asked last. */
  readonly takeStoreFailures: () => number;
  /** Takes a line of metrics. */
  readonly write: (line: string) => void;
}

/** Routes of the API, as API Gateway calls them; the construct makes the same ones. */
export const routes = {
  predict: '/invocations',
  predictEntity: '/predictions/{entityId}',
  readEntity: '/predictions/{entityId}/{version}',
} as const;

/** An id that people can put into a path: letters, digits and a few signs. */
const entityId = /^[\w.:@-]{1,128}$/;

/** Handles the requests of one container of the function. It throws nothing: API Gateway would answer 502 without a reason. */
export class FrontDoor {
  constructor(private readonly parts: FrontDoorParts) {}

  async handle(event: ApiEvent): Promise<ApiResponse> {
    const { settings, now, write, takeStoreFailures } = this.parts;
    const since = now();
    const requestId = requestIdOf(event);
    const happened = { ...noCounts(), Requests: 1 };
    const { answer, reason } = await this.answer(event, requestId, happened).catch(
      (error: unknown): Predicted => ({
        answer: problem(500, 'internal_error', 'The request could not be handled.'),
        reason: (error as Error).name,
      }),
    );
    if (answer.status >= 500) happened.Errors5XX = 1;
    else if (answer.status >= 400) happened.Errors4XX = 1;
    happened.StoreFailures += takeStoreFailures();
    const { endpointName, modelVersion, corsOrigins } = settings;
    const facts = { requestId, status: answer.status, modelVersion, ...(reason ? { reason } : {}) };
    write(metricLine(endpointName, since, now() - since, happened, facts));
    return respond(event, answer, requestId, modelVersion, corsOrigins);
  }

  private answer(event: ApiEvent, requestId: string, happened: Counts): Promise<Predicted> {
    switch (`${event.httpMethod} ${event.resource}`) {
      case `POST ${routes.predict}`:
        return this.predict(event, requestId, happened);
      case `POST ${routes.predictEntity}`:
        return this.predictEntity(event, requestId, happened);
      case `GET ${routes.readEntity}`:
        return this.readEntity(event);
      default:
        return Promise.resolve({ answer: problem(404, 'no_route', 'There is no such route.') });
    }
  }

  private async predict(event: ApiEvent, requestId: string, happened: Counts): Promise<Predicted> {
    const request = readRequest(event, this.parts.settings);
    if ('refused' in request) return { answer: request.refused };
    return this.parts.predictions.predict(request, requestId, happened);
  }

  /** One row about one entity; its answer is kept unless the model did not compute it. */
  private async predictEntity(
    event: ApiEvent,
    requestId: string,
    happened: Counts,
  ): Promise<Predicted> {
    const { settings, predictions, results } = this.parts;
    const id = event.pathParameters?.['entityId'] ?? '';
    if (!results || !entityId.test(id)) return { answer: unknownEntity };
    const request = readRequest(event, settings);
    if ('refused' in request) return { answer: request.refused };
    if (request.rows !== 1)
      return { answer: problem(422, 'one_row_only', 'An entity has one row in a request.') };
    const predicted = await predictions.predict(request, requestId, happened);
    const { answer } = predicted;
    if (answer.status !== 200 || happened.Degraded) return predicted;
    const isStored = await results
      .write(id, settings.modelVersion, answer.body, settings.resultSeconds)
      .then(
        () => true,
        () => false,
      );
    if (!isStored) happened.StoreFailures += 1;
    return {
      ...predicted,
      answer: { ...answer, headers: { ...answer.headers, 'X-Stored': String(isStored) } },
    };
  }

  private async readEntity(event: ApiEvent): Promise<Predicted> {
    const { settings, results } = this.parts;
    const { entityId: id = '', version = '' } = event.pathParameters ?? {};
    if (!results || !entityId.test(id) || !/^\d{1,9}$/.test(version))
      return { answer: unknownEntity };
    const body = await results.read(id, version);
    if (body === undefined) return { answer: unknownEntity };
    // Without "public", which a shared cache on the way would need to keep an answer to an authorised request;
    // CloudFront keeps it, and has the authorisation in its key.
    const seconds = settings.cacheSeconds;
    const headers = {
      'X-Model-Version': version,
      'Cache-Control': seconds > 0 ? `max-age=${seconds}` : 'no-store',
    };
    return { answer: { status: 200, body, headers } };
  }
}

const unknownEntity = problem(404, 'no_prediction', 'There is no prediction of that entity.');
