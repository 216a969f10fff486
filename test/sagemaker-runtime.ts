import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelError } from '@aws-sdk/client-sagemaker-runtime';

/** Fields of the error that SageMaker answers with where the model's own answer is none of 200. */
type ModelErrorBody = Pick<
  ModelError,
  'Message' | 'OriginalStatusCode' | 'OriginalMessage' | 'LogStreamArn'
>;

/** SageMaker's InvokeEndpoint in front of an inference server on this machine. */
export interface SageMakerRuntime {
  readonly endpoint: string;
  /** Ids of the requests that reached it (`InferenceId`). */
  readonly requestIds: string[];
  stop(): void;
}

/**
 * Maps POST /endpoints/NAME/invocations to POST /invocations of a container, and its answers back, as SageMaker does:
 * 4xx and 5xx of the model become 424 ModelError, and a container that nobody reaches 503 ServiceUnavailable.
 */
export async function startSageMakerRuntime(container: string): Promise<SageMakerRuntime> {
  const requestIds: string[] = [];
  const server: Server = createServer((request, response) => {
    const fail = (status: number, type: string, body: object) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
        .end(JSON.stringify(body));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      if (!/^\/endpoints\/[\w-]+\/invocations$/.test(request.url ?? ''))
        return fail(400, 'ValidationError', { Message: 'no such endpoint' });
      requestIds.push(String(request.headers['x-amzn-sagemaker-inference-id']));
      try {
        const answer = await fetch(`${container}/invocations`, {
          method: 'POST',
          body: Buffer.concat(chunks),
          headers: {
            'content-type': request.headers['content-type'] ?? '',
            accept: request.headers.accept ?? '',
          },
        });
        const text = await answer.text();
        if (answer.ok)
          return response
            .writeHead(200, { 'content-type': answer.headers.get('content-type') ?? '' })
            .end(text);
        return fail(424, 'ModelError', {
          Message: `Received error (${answer.status}) from primary`,
          OriginalStatusCode: answer.status,
          OriginalMessage: text,
          LogStreamArn: 'arn:aws:logs:eu-west-1:111111111111:log-group:x',
        } satisfies ModelErrorBody);
      } catch {
        return fail(503, 'ServiceUnavailable', { Message: 'The service is unavailable.' });
      }
    });
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requestIds,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
