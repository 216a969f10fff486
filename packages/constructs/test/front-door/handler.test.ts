import { frontDoorMetrics } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { answerKey, canonical, rowsOf } from '../../src/serving/front-door/handler/body';
import * as metrics from '../../src/serving/front-door/handler/metrics';
import { CircuitBreaker } from '../../src/serving/front-door/handler/circuit-breaker';
import { answered, container, failed, MemoryStore, post, settings } from './parts';

const body = { instances: [[1, 2]] };
const parsed = (response: { body: string }) => JSON.parse(response.body) as Record<string, any>;

describe('a prediction', () => {
  it('is passed on as it came, with the caller’s request id, and answered unchanged', async () => {
    const { door, calls } = container();
    const text = '{ "instances": [[1.0, 2e0]] }';
    const response = await door.handle(post(text, { headers: { 'x-request-id': 'caller-0001' } }));
    expect(calls).toEqual([{ body: text, requestId: 'caller-0001', timeout: 1000 }]);
    expect(response).toMatchObject({
      statusCode: 200,
      body: answered.kind === 'answered' && answered.body,
      headers: { 'X-Request-Id': 'caller-0001', 'X-Model-Version': '3', 'X-Cache': 'miss' },
    });
    expect(response.headers['X-Degraded']).toBeUndefined();
  });

  it('gets API Gateway’s request id where the caller’s own is none', async () => {
    const { door, calls } = container();
    for (const id of ['', 'short', 'a'.repeat(65), 'new\nline-0000'])
      await door.handle(post({ instances: [[id.length]] }, { headers: { 'X-Request-Id': id } }));
    expect(calls.map(({ requestId }) => requestId)).toEqual(Array(4).fill('gateway-request-id'));
  });

  it.each([
    ['another type', post(body, { headers: { 'content-type': 'text/csv' } }), 415],
    ['no JSON', post('{"instances": [[NaN]]}'), 400],
    ['nothing', post('', { body: null }), 400],
    ['more bytes than are allowed', post({ instances: ['x'.repeat(1024)] }), 413],
    ['fewer letters than bytes', post({ instances: ['é'.repeat(600)] }), 413],
    ['lists in lists without end', post(`${'['.repeat(400)}${']'.repeat(400)}`), 400],
    ['an unknown route', post(body, { resource: '/other' }), 404],
  ])('of %s is refused without asking the endpoint', async (_, event, status) => {
    const { door, calls, lines } = container({ fallback: { label: 'benign' } });
    const response = await door.handle(event);
    expect(response.statusCode).toBe(status);
    expect(parsed(response)['error'].code).toMatch(/^[a-z_]+$/);
    expect(calls).toEqual([]);
    expect(lines[0]).toMatchObject({ Errors4XX: 1, Degraded: 0 });
  });

  it('that the model refuses comes back unchanged, is not repeated, not kept, and no sign of ill health', async () => {
    const { door, calls, store, endpoint, lines } = container({ fallback: { label: 'benign' } });
    const refusal = '{"error":{"code":"rows_refused","reason":"..."}}';
    endpoint({ kind: 'refused', status: 422, body: refusal });
    for (let index = 0; index < 20; index++)
      expect(await door.handle(post(body))).toMatchObject({ statusCode: 422, body: refusal });
    expect(calls).toHaveLength(20);
    expect(store.answers.size).toBe(0);
    expect(store.openUntil).toBe(0);
    expect(lines.every(({ Retries, Degraded }) => Retries === 0 && Degraded === 0)).toBe(true);
  });
});

describe('the cache', () => {
  it('gives the same answer to the same body for its time, however that is written', async () => {
    const { door, calls, clock } = container();
    await door.handle(post('{"inputs": {"a": [1], "b": [2]}}'));
    const again = await door.handle(post('{"inputs":{"b":[2.0],"a":[1e0]}}'));
    expect(again.headers['X-Cache']).toBe('hit');
    expect(calls).toHaveLength(1);
    clock.at += 60_000;
    expect((await door.handle(post('{"inputs":{"b":[2],"a":[1]}}'))).headers['X-Cache']).toBe(
      'miss',
    );
    expect(calls).toHaveLength(2);
  });

  it('is not asked where it is off', async () => {
    const { door, calls, store } = container({ cacheSeconds: 0 });
    await door.handle(post(body));
    await door.handle(post(body));
    expect(calls).toHaveLength(2);
    expect(store.answers.size).toBe(0);
  });

  it('keys an answer by the body and the version of the model', () => {
    const key = (text: string, version = '3') => answerKey(text, JSON.parse(text), version);
    expect(key('[1, 2]')).toMatch(/^[0-9a-f]{64}$/);
    expect(key('[1,2]')).toBe(key('[ 1.0, 2 ]'));
    expect(key('[1,2]')).not.toBe(key('[2,1]'));
    expect(key('[1,2]')).not.toBe(key('[1,2]', '4'));
    expect(key('["1",2]')).not.toBe(key('[1,2]'));
    expect(key('{"a":1,"b":[null,true]}')).toBe(key('{"b":[null,true],"a":1}'));
    expect(canonical(JSON.parse('{"__proto__":1}'))).toBe('{"__proto__":1}');
  });

  it('keeps nothing by integers that two bodies could share', () => {
    const key = (text: string) => answerKey(text, JSON.parse(text), '3');
    // Both parse to 9007199254740992.
    expect(key('[9007199254740993]')).toBeUndefined();
    expect(key('[-9007199254740993, 1]')).toBeUndefined();
    expect(key('[0.12345678901234567]')).toBeDefined();
    expect(key('[12345678901234567.5]')).toBeDefined();
  });

  it('counts the rows of every form of a body', () => {
    expect(rowsOf({ instances: [[1], [2]] })).toBe(2);
    expect(rowsOf({ inputs: { a: [1, 2, 3], b: [1, 2, 3] } })).toBe(3);
    expect(rowsOf({ inputs: [[1]] })).toBe(1);
    expect(rowsOf([])).toBe(1);
  });
});

describe('while the endpoint is unhealthy', () => {
  it('an earlier answer is given, and says in a header and a field that it is one', async () => {
    const { door, clock, endpoint, lines } = container({ fallback: { label: 'unknown' } });
    await door.handle(post(body));
    const at = new Date(clock.at).toISOString();
    clock.at += 300_000; // past the cache's own time
    endpoint(failed({ isRetryable: false }));
    const response = await door.handle(post(body));
    expect(response.headers).toMatchObject({ 'X-Degraded': 'cache', 'Cache-Control': 'no-store' });
    expect(parsed(response)).toEqual({
      predictions: [{ label: 'benign' }],
      degraded: { source: 'cache', at },
    });
    expect(lines.at(-1)).toMatchObject({ Degraded: 1, EndpointFailures: 1, Errors5XX: 0 });
  });

  it('a body that was never seen gets the fallback, once for each row', async () => {
    const { door, endpoint } = container({ fallback: { label: 'unknown' } });
    endpoint(failed({ isRetryable: false }));
    const response = await door.handle(post({ instances: [[1], [2]] }));
    expect(response.headers['X-Degraded']).toBe('fallback');
    expect(parsed(response)).toEqual({
      predictions: [{ label: 'unknown' }, { label: 'unknown' }],
      degraded: { source: 'fallback' },
    });
  });

  it('without either it is 503, or 504 for a slow one, and says when to come again', async () => {
    const { door, endpoint } = container();
    endpoint(failed({ isRetryable: false }));
    const refused = await door.handle(post(body));
    expect(refused).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '1' } });
    expect(parsed(refused)['error'].code).toBe('endpoint_unavailable');
    endpoint(failed({ isTimeout: true, isRetryable: false }));
    const slow = await door.handle(post(body));
    expect(slow.statusCode).toBe(504);
    expect(parsed(slow)['error'].code).toBe('endpoint_timeout');
  });

  it('the circuit opens after five calls, one tries after ten seconds, and its success closes it', async () => {
    const { door, calls, clock, endpoint, lines } = container({ fallback: {}, cacheSeconds: 0 });
    endpoint(failed({ isRetryable: false }));
    for (let index = 0; index < 8; index++) await door.handle(post(body));
    expect(calls).toHaveLength(5);
    expect(lines.at(-1)).toMatchObject({ CircuitOpen: 1, Degraded: 1, reason: 'CircuitOpen' });
    clock.at += 10_000;
    await door.handle(post(body)); // tries, and fails
    await door.handle(post(body));
    expect(calls).toHaveLength(6);
    endpoint(answered);
    clock.at += 10_000;
    expect((await door.handle(post(body))).headers['X-Degraded']).toBeUndefined();
    await door.handle(post(body));
    expect(calls).toHaveLength(8);
  });

  it('half of the calls have to fail, in the last thirty seconds', async () => {
    const { door, calls, clock, endpoint } = container({ fallback: {}, cacheSeconds: 0 });
    const bad = failed({ isRetryable: false });
    endpoint(answered, answered, bad, answered, bad, answered, bad, answered);
    for (let index = 0; index < 8; index++) await door.handle(post(body));
    expect(calls).toHaveLength(8);
    clock.at += 30_000;
    endpoint(bad, bad, bad, bad, answered);
    for (let index = 0; index < 6; index++) await door.handle(post(body));
    expect(calls).toHaveLength(14); // four of five: but the fifth was a success, and only failures open
  });

  it('a circuit that is half-open lets one call in until that has ended', () => {
    let at = 1000;
    const circuit = new CircuitBreaker(settings.circuit, () => at);
    circuit.open(2000);
    expect([circuit.state, circuit.admit()]).toEqual(['open', undefined]);
    at = 2000;
    expect(circuit.state).toBe('half-open');
    expect([circuit.admit(), circuit.admit()]).toEqual(['trial', undefined]);
    circuit.failed('trial');
    expect([circuit.state, circuit.openUntil]).toEqual(['open', 12_000]);
  });

  it('only the trial decides: a call from before neither closes a half-open circuit nor lets a second one in', () => {
    let at = 1000;
    const circuit = new CircuitBreaker(settings.circuit, () => at);
    expect(circuit.admit()).toBe('call');
    circuit.open(2000);
    at = 2000;
    expect(circuit.admit()).toBe('trial');
    circuit.succeeded('call');
    circuit.failed('call');
    expect([circuit.state, circuit.openUntil, circuit.admit()]).toEqual([
      'half-open',
      2000,
      undefined,
    ]);
    circuit.succeeded('trial');
    expect([circuit.state, circuit.admit()]).toEqual(['closed', 'call']);
  });

  it('the one that tries is not repeated, though the budget would pay for it', async () => {
    const { door, calls, clock, endpoint, lines } = container({
      fallback: {},
      cacheSeconds: 0,
      retry: { ...settings.retry, tokens: 100, maxTokens: 100 },
    });
    endpoint(failed({ isRetryable: false }));
    for (let index = 0; index < 5; index++) await door.handle(post(body));
    clock.at += 10_000;
    endpoint(failed()); // throttled, say: any other call is repeated
    await door.handle(post(body));
    expect(calls).toHaveLength(5 + 1);
    expect(lines.at(-1)).toMatchObject({ EndpointFailures: 1, Retries: 0, RetriesRefused: 0 });
    await door.handle(post(body));
    expect(calls).toHaveLength(5 + 1); // open again
  });

  it('what one container has found out spares the others the same calls, and one tries for all', async () => {
    const clock = { at: 1_800_000_000_000 };
    const shared = { clock, store: new MemoryStore(() => clock.at) };
    const [first, second, third] = [0, 1, 2].map(() => container({ fallback: {}, cacheSeconds: 0 }, shared)); // prettier-ignore
    for (const one of [first!, second!, third!]) one.endpoint(failed({ isRetryable: false }));
    for (let index = 0; index < 5; index++) await first!.door.handle(post(body));
    await second!.door.handle(post(body));
    await third!.door.handle(post(body));
    expect([second!.calls, third!.calls]).toEqual([[], []]);
    clock.at += 10_000;
    const pending = [first!, second!, third!].map(({ door }) => door.handle(post(body)));
    await Promise.all(pending);
    expect(first!.calls.length + second!.calls.length + third!.calls.length).toBe(5 + 1);
  });

  it('one tries for all also when the others come after it has failed, or have just started', async () => {
    const clock = { at: 1_800_000_000_000 };
    const shared = { clock, store: new MemoryStore(() => clock.at) };
    const some = () => {
      const one = container({ fallback: {}, cacheSeconds: 0 }, shared);
      one.endpoint(failed({ isRetryable: false }));
      return one;
    };
    const [first, second] = [some(), some()];
    for (let index = 0; index < 5; index++) await first.door.handle(post(body));
    await second.door.handle(post(body)); // hears of it
    clock.at += 10_000;
    await first.door.handle(post(body)); // tries, fails, and opens the circuit again for all
    const third = some();
    for (const one of [second, third]) await one.door.handle(post(body));
    expect([second.calls, third.calls]).toEqual([[], []]);
    clock.at += 10_000;
    const fourth = some(); // its own circuit never saw a failure
    await Promise.all([fourth, third, second].map(({ door }) => door.handle(post(body))));
    expect(fourth.calls.length + third.calls.length + second.calls.length).toBe(1);
  });

  it('nobody else tries while the one that does may still wait for its answer', async () => {
    const clock = { at: 1_800_000_000_000 };
    const shared = { clock, store: new MemoryStore(() => clock.at) };
    const slow = { fallback: {}, cacheSeconds: 0, timeoutMilliseconds: 25_000 };
    const [first, second] = [container(slow, shared), container(slow, shared)];
    for (const one of [first, second]) one.endpoint(failed({ isRetryable: false }));
    for (let index = 0; index < 5; index++) await first.door.handle(post(body));
    clock.at += 10_000;
    expect(await shared.store.claimTrial(clock.at, clock.at + 25_000)).toBe(true); // by a third one
    clock.at += 20_000;
    await second.door.handle(post(body));
    expect(second.calls).toEqual([]);
  });
});

describe('a repeated call', () => {
  it('happens within the time of the request, and only where it may help', async () => {
    const { door, calls, endpoint, lines } = container();
    endpoint(failed(), failed(), answered);
    expect((await door.handle(post(body))).statusCode).toBe(200);
    // Half of 100 ms, then half of 200 ms.
    expect(calls.map(({ timeout }) => timeout)).toEqual([1000, 950, 850]);
    expect(lines[0]).toMatchObject({ Retries: 2, EndpointFailures: 2 });
    endpoint(failed({ isRetryable: false }));
    await door.handle(post({ instances: [[9]] }));
    expect(calls).toHaveLength(4);
  });

  it('does not happen when nothing is left of the time', async () => {
    const { door, calls, endpoint } = container({ timeoutMilliseconds: 40 });
    endpoint(failed());
    await door.handle(post(body));
    expect(calls).toHaveLength(1);
  });

  it('is paid from a budget: under a burst of failures a tenth of the requests, and the tokens of the start', async () => {
    const { door, calls, endpoint, lines } = container({
      fallback: {},
      circuit: { windowMilliseconds: 1, minimumCalls: 1e9, failureShare: 1, openMilliseconds: 1 },
    });
    endpoint(failed());
    const requests = 500;
    for (let index = 0; index < requests; index++)
      await door.handle(post({ instances: [[index]] }));
    const repeated = calls.length - requests;
    expect(repeated).toBeLessThanOrEqual(requests * 0.1 + 2);
    expect(repeated).toBeGreaterThan(requests * 0.09);
    expect(lines.filter(({ RetriesRefused }) => RetriesRefused === 1).length).toBeGreaterThan(400);
  });
});

describe('predictions by entity', () => {
  const entity = (id: string, content: unknown = body) =>
    post(content, { resource: '/predictions/{entityId}', pathParameters: { entityId: id } });
  const read = (entityId: string, version: string) =>
    post('', {
      httpMethod: 'GET',
      resource: '/predictions/{entityId}/{version}',
      pathParameters: { entityId, version },
    });

  it('are kept under the version that gave them, and read again', async () => {
    const { door } = container();
    expect((await door.handle(entity('patient-17'))).headers['X-Stored']).toBe('true');
    const found = await door.handle(read('patient-17', '3'));
    expect(found).toMatchObject({
      statusCode: 200,
      headers: { 'Cache-Control': 'max-age=60', 'X-Model-Version': '3' },
    });
    expect(parsed(found)).toEqual({ predictions: [{ label: 'benign' }] });
    for (const [id, version] of [
      ['patient-17', '4'],
      ['patient-18', '3'],
      ['../x', '3'],
      ['patient-17', 'x'],
    ])
      expect((await door.handle(read(id!, version!))).statusCode).toBe(404);
  });

  it('are not kept where the model did not give them, and only one at a time', async () => {
    const { door, endpoint, written } = container({ fallback: { label: 'unknown' } });
    endpoint(failed({ isRetryable: false }));
    expect((await door.handle(entity('a'))).headers['X-Degraded']).toBe('fallback');
    expect((await door.handle(entity('a', { instances: [[1], [2]] }))).statusCode).toBe(422);
    expect(written.size).toBe(0);
  });

  it('say where they could not be kept, and are answered still', async () => {
    const { door, results, lines } = container();
    results.write = () => Promise.reject(new Error('throttled'));
    const response = await door.handle(entity('a'));
    expect(response).toMatchObject({ statusCode: 200, headers: { 'X-Stored': 'false' } });
    expect(lines[0]).toMatchObject({ StoreFailures: 1 });
  });

  it('end with 500 and a line where the table cannot be read', async () => {
    const { door, results, lines } = container();
    results.read = () => Promise.reject(new TypeError('secret of patient-17'));
    const response = await door.handle(read('patient-17', '3'));
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('patient');
    expect(lines[0]).toMatchObject({ Errors5XX: 1, reason: 'TypeError' });
  });
});

describe('what is told', () => {
  it('to pages: only those of the list may read', async () => {
    const { door } = container();
    const of = async (origin: string) =>
      (await door.handle(post(body, { headers: { Origin: origin } }))).headers;
    expect(await of('https://app.acme.example')).toMatchObject({
      'Access-Control-Allow-Origin': 'https://app.acme.example',
      Vary: 'Origin',
    });
    for (const origin of ['https://app.acme.example.evil.example', 'null', '*'])
      expect((await of(origin))['Access-Control-Allow-Origin']).toBeUndefined();
  });

  it('to the log: metrics in CloudWatch’s format, and nothing of body, path or caller', async () => {
    const { door, lines } = container();
    const secret = { instances: [['Jane Doe', 'jane@acme.example']] };
    await door.handle(post(secret, { headers: { Authorization: 'token-of-jane', origin: 'x' } }));
    const [line] = lines;
    expect(JSON.stringify(line)).not.toMatch(/jane|benign|token/i);
    expect(line).toMatchObject({ EndpointName: 'acme-ml-diagnosis-dev', Requests: 1, Latency: 0 });
    const [directive] = line!['_aws'].CloudWatchMetrics;
    expect(directive.Namespace).toBe(frontDoorMetrics.namespace);
    for (const { Name } of directive.Metrics) expect(line![Name]).toBeTypeOf('number');
  });

  it('has the words of @wa-ml/config', () => {
    expect(metrics.namespace).toBe(frontDoorMetrics.namespace);
    expect(metrics.dimensions).toEqual(frontDoorMetrics.dimensions);
    expect(metrics.counts).toEqual(frontDoorMetrics.counts);
    expect([metrics.latency]).toEqual(frontDoorMetrics.distributions);
  });
});
