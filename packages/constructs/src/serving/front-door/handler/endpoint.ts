import {
  InvokeEndpointCommand,
  ModelError,
  type SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';

/** What came of one call of the endpoint. */
export type Outcome =
  | { readonly kind: 'answered'; readonly body: string }
  /** The model's own 4xx: the endpoint is well and the request is not. */
  | { readonly kind: 'refused'; readonly status: number; readonly body: string }
  | {
      readonly kind: 'failed';
      /** Name of the error; never a message, which may quote the request. */
      readonly reason: string;
      readonly isTimeout: boolean;
      readonly isRetryable: boolean;
    };

export type Invoke = (
  body: string,
  requestId: string,
  timeoutMilliseconds: number,
) => Promise<Outcome>;

/**
 * What may go better at the second time. Source: errors of InvokeEndpoint in the API reference, and Node's names of
 * connections that were refused or cut. A call that ran out of time has none left.
 */
const retryable = new Set([
  ...['InternalDependencyException', 'InternalFailure', 'ModelNotReadyException'],
  ...['ServiceUnavailable', 'ServiceUnavailableException', 'ThrottlingException'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE'],
]);

/** Calls an endpoint by the SDK, whose own retries must be off (`maxAttempts: 1`): the budget is ours. */
export function invoker(client: SageMakerRuntimeClient, endpointName: string): Invoke {
  return async (body, requestId, timeoutMilliseconds) => {
    const command = new InvokeEndpointCommand({
      EndpointName: endpointName,
      ContentType: 'application/json',
      Accept: 'application/json',
      // Captures and the server's events carry it.
      InferenceId: requestId,
      Body: Buffer.from(body),
    });
    const abortSignal = AbortSignal.timeout(timeoutMilliseconds);
    try {
      const { Body } = await client.send(command, { abortSignal });
      return { kind: 'answered', body: Buffer.from(Body ?? []).toString('utf8') };
    } catch (error) {
      return outcomeOf(error, abortSignal.aborted);
    }
  };
}

function outcomeOf(error: unknown, isTimeout: boolean): Outcome {
  if (error instanceof ModelError) {
    const status = error.OriginalStatusCode ?? 500;
    if (status >= 400 && status < 500)
      return { kind: 'refused', status, body: error.OriginalMessage ?? '' };
    return { kind: 'failed', reason: `ModelError${status}`, isTimeout, isRetryable: true };
  }
  const { name, code } = error as { readonly name?: string; readonly code?: string };
  return {
    kind: 'failed',
    reason: isTimeout ? 'Timeout' : (code ?? name ?? 'Unknown'),
    isTimeout,
    isRetryable: !isTimeout && (retryable.has(code ?? '') || retryable.has(name ?? '')),
  };
}
