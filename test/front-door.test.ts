import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createRepository } from '@wa-ml/project';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { post, settings } from '../packages/constructs/test/front-door/parts';
import { requestOf } from '../packages/constructs/src/serving/front-door/request-schema';
import type {
  ApiEvent,
  ApiResponse,
} from '../packages/constructs/src/serving/front-door/handler/events';
import type { FrontDoorSettings } from '../packages/constructs/src/serving/front-door/handler/settings';
import { temporaryFolder, textOf } from '../packages/project/test/repository';
import { answers, freePort } from './local-server';
import { startMoto, type Moto } from './moto';
import { startSageMakerRuntime, type SageMakerRuntime } from './sagemaker-runtime';

const root = join(__dirname, '..');
const python = join(root, '.venv/bin/python');
const bundle = join(root, 'packages/constructs/handlers/front-door/index.js');
const openMilliseconds = 700;
const told: FrontDoorSettings = {
  ...settings,
  timeoutMilliseconds: 1500,
  cacheSeconds: 1,
  bodyBytes: 65_536,
  fallback: { value: 150 },
  circuit: { windowMilliseconds: 3000, minimumCalls: 3, failureShare: 0.5, openMilliseconds },
};

/** The function as it is shipped, before a trained model in the real inference server; DynamoDB is moto's. */
describe('the function in front of a real inference server', () => {
  const directory = join(temporaryFolder(), 'acme-ml');
  const folder = join(directory, 'models/progress');
  let server: ChildProcess | undefined;
  let port: number;
  let sagemaker: SageMakerRuntime;
  let moto: Moto;
  let dynamo: DynamoDBClient;
  let row: number[];
  let handler: (event: ApiEvent) => Promise<ApiResponse>;
  const environment = { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };

  const runtime = (...args: string[]) =>
    execFileSync(python, ['-m', 'ml_runtime', ...args], { cwd: folder, env: environment });
  const serve = async () => {
    const args = ['-m', 'ml_runtime', 'serve', '--root', '.ml', '--host', '127.0.0.1', '--workers', '1', '--port', String(port)]; // prettier-ignore
    server = spawn(python, args, {
      cwd: folder,
      env: environment,
      stdio: 'ignore',
      detached: true,
    });
    await answers(`http://127.0.0.1:${port}/ping`);
  };
  /** To the server and its worker processes. */
  const signal = (name: NodeJS.Signals) => process.kill(-server!.pid!, name);
  const kill = async () => {
    const gone = new Promise((settle) => server!.once('exit', settle));
    signal('SIGKILL');
    await gone;
    server = undefined;
  };
  const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));
  const ask = (instances: unknown[], more: Partial<ApiEvent> = {}) =>
    handler(post({ instances }, more));
  const parsed = ({ body }: ApiResponse) => JSON.parse(body) as Record<string, any>;

  /** Lines of metrics, which would otherwise be shown. */
  const lines: string[] = [];

  beforeAll(async () => {
    const print = process.stdout.write.bind(process.stdout) as (text: unknown) => boolean;
    vi.spyOn(process.stdout, 'write').mockImplementation((text) =>
      String(text).startsWith('{"_aws"') ? lines.push(String(text)) > 0 : print(text),
    );
    const models = { progress: { flavour: 'sklearn' } };
    createRepository({ directory, configurationText: textOf({ models }) });
    runtime('prepare', '--root', '.ml');
    runtime('train', '--root', '.ml');
    port = await freePort();
    [moto, sagemaker] = await Promise.all([
      startMoto(),
      startSageMakerRuntime(`http://127.0.0.1:${port}`),
      serve(),
    ]);
    Object.assign(process.env, {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: sagemaker.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: moto.endpoint,
      FRONT_DOOR: JSON.stringify(told),
      STATE_TABLE: 'state',
      RESULTS_TABLE: 'results',
    });
    dynamo = new DynamoDBClient({});
    for (const [TableName, ...keys] of [
      ['state', 'key'],
      ['results', 'entityId', 'modelVersion'],
    ])
      // prettier-ignore
      await dynamo.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
          KeySchema: keys.map((AttributeName, index) => ({
            AttributeName,
            KeyType: index === 0 ? 'HASH' : 'RANGE',
          })),
        }),
      );
    ({ handler } = createRequire(import.meta.url)(bundle));
    const header = await fetch(`http://127.0.0.1:${port}/openapi.json`);
    const { components } = (await header.json()) as any;
    row = components.schemas.Row.oneOf[0].prefixItems.map(() => 0);
  }, 300_000);
  afterAll(() => {
    vi.restoreAllMocks();
    if (server) signal('SIGKILL');
    sagemaker?.stop();
    moto?.stop();
  });

  it('answers what the server answers, and the caller’s id reaches it', async () => {
    const response = await ask([row], { headers: { 'X-Request-Id': 'caller-000001' } });
    const direct = await fetch(`http://127.0.0.1:${port}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [row] }),
    });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(await direct.text());
    expect(parsed(response)['predictions'][0].value).toBeTypeOf('number');
    expect(sagemaker.requestIds.at(-1)).toBe('caller-000001');
  });

  it('gives a malformed body’s 4xx back unchanged, asks once, and keeps nothing of it', async () => {
    const wrong = [row.slice(1)];
    const before = sagemaker.requestIds.length;
    const kept = (await dynamo.send(new ScanCommand({ TableName: 'state' }))).Count;
    const response = await ask(wrong);
    const direct = await fetch(`http://127.0.0.1:${port}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: wrong }),
    });
    expect(response.statusCode).toBe(direct.status);
    expect(response.statusCode).toBe(422);
    expect(response.body).toBe(await direct.text());
    expect(sagemaker.requestIds).toHaveLength(before + 1);
    expect((await dynamo.send(new ScanCommand({ TableName: 'state' }))).Count).toBe(kept);
  });

  it('lets the API refuse by the server’s own contract what the server refuses, and nothing else', async () => {
    const document = await (await fetch(`http://127.0.0.1:${port}/openapi.json`)).json();
    const schema = requestOf(document, 'releases/contracts/progress.json');
    const names = Object.keys((document as any).components.schemas.Row.oneOf[1].properties);
    const named = Object.fromEntries(names.map((name) => [name, 1.0]));
    const bodies: [body: unknown, status: number][] = [
      [{ instances: [row] }, 200],
      [{ instances: [named, named] }, 200],
      [{ inputs: [row] }, 200],
      [{ inputs: Object.fromEntries(names.map((name) => [name, [1, 2]])) }, 200],
      [{ instances: [] }, 400],
      [{ instances: [row.slice(1)] }, 422],
      [{ instances: [row.map(() => 'x')] }, 422],
      [{ instances: [{ ...named, other: 1 }] }, 422],
      [{ instances: [row], inputs: [row] }, 400],
      [{ rows: [row] }, 400],
    ];
    const check = 'import json,sys,jsonschema; schema, bodies = json.load(sys.stdin); print(json.dumps([jsonschema.Draft4Validator(schema).is_valid(b) for b in bodies]))'; // prettier-ignore
    const input = JSON.stringify([schema, bodies.map(([body]) => body)]);
    const valid = JSON.parse(execFileSync(python, ['-c', check], { input, encoding: 'utf8' }));
    for (const [index, [body, status]] of bodies.entries()) {
      const response = await handler(post(body));
      expect(response.statusCode === 200, JSON.stringify(body)).toBe(status === 200);
      expect(valid[index], JSON.stringify(body)).toBe(status === 200);
    }
  });

  it('answers the same body from the table for a second, without asking', async () => {
    const first = await ask([row, row]);
    const before = sagemaker.requestIds.length;
    const second = await ask([row, row]);
    expect([first, second].map(({ headers }) => headers['X-Cache'])).toEqual(['miss', 'hit']);
    expect(second.body).toBe(first.body);
    expect(sagemaker.requestIds).toHaveLength(before);
  });

  it('keeps predictions by entity and version, and reads them again', async () => {
    const path = { entityId: 'patient-17' };
    const put = await ask([row], { resource: '/predictions/{entityId}', pathParameters: path });
    expect(put.headers['X-Stored']).toBe('true');
    const found = await handler({
      ...post(''),
      httpMethod: 'GET',
      resource: '/predictions/{entityId}/{version}',
      pathParameters: { ...path, version: '3' },
    });
    expect(found).toMatchObject({ statusCode: 200, body: put.body });
  });

  it('gives up on a server that hangs after its time, and says that it is no prediction of now', async () => {
    const unseen = [row.map(() => 0.5)];
    signal('SIGSTOP');
    const since = Date.now();
    const response = await ask(unseen).finally(() => signal('SIGCONT'));
    const seconds = (Date.now() - since) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(told.timeoutMilliseconds / 1000);
    expect(seconds).toBeLessThan(told.timeoutMilliseconds / 1000 + 1.5);
    expect(parsed(response)).toEqual({
      predictions: [{ value: 150 }],
      degraded: { source: 'fallback' },
    });
    expect((await ask(unseen)).headers['X-Degraded']).toBeUndefined();
  });

  it('server killed: the circuit opens, earlier answers and the fallback are marked; server back: it closes', async () => {
    const known = [row.map(() => 0.25)];
    const answer = await ask(known);
    await kill();
    // Until the answer is no new one any more, and the calls that went well are forgotten.
    await pause(told.circuit.windowMilliseconds);
    const degraded: ApiResponse[] = [];
    for (let index = 0; index < 8; index++) degraded.push(await ask(known));
    expect(degraded.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200));
    for (const response of degraded) {
      expect(response.headers['X-Degraded']).toBe('cache');
      expect(parsed(response)['degraded'].source).toBe('cache');
      expect(parsed(response)['predictions']).toEqual(parsed(answer)['predictions']);
    }
    const unseen = await ask([row.map((_, index) => index / 100)]);
    expect(unseen.headers['X-Degraded']).toBe('fallback');

    for (let index = 0; index < 5; index++) await ask(known);
    // One of them, or two on a slow machine, may be the try of a circuit that has been open for its time.
    const unasked = lines.slice(-5).filter((line) => JSON.parse(line).CircuitOpen === 1);
    expect(unasked.length).toBeGreaterThanOrEqual(3);

    await serve();
    await pause(openMilliseconds);
    const back = await ask(known);
    expect(back.headers['X-Degraded']).toBeUndefined();
    expect(back.body).toBe(answer.body);
    const after = sagemaker.requestIds.length;
    for (let index = 0; index < 3; index++) await ask([row.map(() => index / 7)]);
    expect(sagemaker.requestIds.length - after).toBe(3);
  });

  it('has written a line of metrics for each of all these, and none of their contents', () => {
    const told = lines.map((line) => JSON.parse(line) as Record<string, any>);
    const sum = (name: string) => told.reduce((total, line) => total + line[name], 0);
    expect(sum('Requests')).toBe(told.length);
    expect(sum('Degraded')).toBeGreaterThan(10);
    expect(sum('Retries')).toBeLessThanOrEqual(2 + told.length / 10);
    expect(sum('StoreFailures')).toBe(0);
    expect(lines.join('')).not.toMatch(/predictions|instances|patient|0\.25/);
  });
});
