// The inference container: SageMaker starts it with the argument `serve`, and so does `nx serve`.
// It reads /opt/ml/model, which is read-only, and answers GET /ping and POST /invocations.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { answerOf } from './linear.mjs';
import { numbersOf, problemOf } from './rows.mjs';

// Outside of a container these variables say which folder stands for /opt/ml, and where to listen.
const root = process.env.ML_RUNTIME_ROOT ?? '/opt/ml';
const host = process.env.ML_RUNTIME_HOST ?? '0.0.0.0';
// SageMaker sets this one in the containers of an inference pipeline.
const port = Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 8080);
/** SageMaker sends no larger ones to a real-time endpoint. */
const mostBytes = 6 * 1024 * 1024;

const model = JSON.parse(readFileSync(join(root, 'model/model.json'), 'utf8'));

/** A request that cannot be answered, and why. */
class Refusal extends Error {
  constructor(status, code, reason) {
    super(reason);
    Object.assign(this, { status, code });
  }
}

async function bodyOf(request) {
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > mostBytes)
      throw new Refusal(413, 'too-large', `a body has at most ${mostBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function instancesOf(body) {
  let content;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new Refusal(400, 'not-json', `the body is no JSON in UTF-8: ${error.message}`);
  }
  const { instances } = content ?? {};
  if (!Array.isArray(instances) || instances.length === 0)
    throw new Refusal(400, 'no-instances', 'the body is {"instances": [{"column": value}]}');
  instances.forEach((row, place) => {
    const problem = problemOf(row, model.inputs);
    if (problem) throw new Refusal(400, 'row-invalid', `row ${place + 1}: ${problem}`);
  });
  return instances;
}

function predictionOf(row) {
  const answer = answerOf(numbersOf(row, model.inputs), model);
  // JSON has no word for what a value of 1e300 may lead to.
  if (!answer.every(Number.isFinite))
    throw new Refusal(400, 'row-invalid', 'a number is absurdly far from those of the training');
  if (model.classes.length === 0) return { value: answer[0] };
  return {
    label: model.classes[answer.indexOf(Math.max(...answer))],
    probabilities: Object.fromEntries(model.classes.map((label, place) => [label, answer[place]])),
  };
}

async function reply(request) {
  const { method, url, headers } = request;
  if (url === '/ping' && method === 'GET') return {};
  if (url !== '/invocations')
    throw new Refusal(404, 'not-found', 'there are /ping and /invocations');
  if (method !== 'POST') throw new Refusal(405, 'method', '/invocations takes POST');
  const type = (headers['content-type'] ?? 'application/json').split(';')[0].trim();
  if (type !== 'application/json')
    throw new Refusal(415, 'media-type', `${type} is not read; send application/json`);
  return { predictions: instancesOf(await bodyOf(request)).map(predictionOf) };
}

const server = createServer(async (request, response) => {
  let status = 200;
  let content;
  try {
    content = await reply(request);
  } catch (error) {
    status = error.status ?? 500;
    content = { error: { code: error.code ?? 'internal', reason: error.message } };
    if (status === 500) console.error(error);
    // What is left of a body that is too large is not read: the connection ends with the answer.
    if (status === 413) response.setHeader('Connection', 'close');
  }
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(content));
});
server.listen(port, host, () => console.log(`serving on ${host}:${port}`));
// SageMaker kills 30 seconds after SIGTERM: what was begun is answered, and nothing is begun.
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
