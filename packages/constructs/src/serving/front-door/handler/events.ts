/** What API Gateway's proxy integration passes of a request, as far as it is looked at. */
export interface ApiEvent {
  readonly httpMethod: string;
  /** The route, e.g. `/predictions/{entityId}`. */
  readonly resource: string;
  readonly headers: Readonly<Record<string, string | undefined>> | null;
  readonly pathParameters: Readonly<Record<string, string | undefined>> | null;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly requestId: string };
}

export interface ApiResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A header by its name in lower case; clients write it as they like. */
export function header(event: ApiEvent, name: string): string | undefined {
  const found = Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return found?.[1];
}

const ownRequestId = /^[\w.-]{8,64}$/;

/** The caller's own id of the request where it is one (64 characters are what SageMaker takes), else API Gateway's. */
export function requestIdOf(event: ApiEvent): string {
  const own = header(event, 'x-request-id') ?? '';
  return ownRequestId.test(own) ? own : event.requestContext.requestId;
}
