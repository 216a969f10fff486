import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

/** An answer that was given before. */
export interface KeptAnswer {
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the containers of the function know together. Nothing of it throws: without it every request is the first. */
export interface StateStore {
  answer(key: string): Promise<KeptAnswer | undefined>;
  keepAnswer(key: string, body: string, seconds: number): Promise<void>;
  /** Milliseconds since 1970; 0: closed, or not known. */
  circuitOpenUntil(): Promise<number>;
  setCircuit(openUntil: number): Promise<void>;
  /**
   * Whether this container is the one that tries an endpoint that was unhealthy, until a time at most; also where
   * nobody can say. Nobody is while the circuit is open: somebody else has tried, and in vain.
   */
  claimTrial(now: number, until: number): Promise<boolean>;
}

/** A slow table must not make a fast endpoint slow; in milliseconds. */
const patienceMilliseconds = 300;
/** An item of DynamoDB has 400 KB, the key and the names included; in bytes. */
const largestAnswer = 390 * 1024;
const circuit = { key: { S: 'circuit' } };

/**
 * A DynamoDB table with the key `key`, of which items past `expires` are taken away (up to days later: whoever reads
 * looks at the time).
 * @param failed told of everything that could not be read or written
 */
export function stateStore(
  client: DynamoDBClient,
  TableName: string,
  now: () => number,
  failed: () => void,
): StateStore {
  const options = () => ({ abortSignal: AbortSignal.timeout(patienceMilliseconds) });
  const attempt = async <Result>(otherwise: Result, work: () => Promise<Result>) => {
    try {
      return await work();
    } catch {
      failed();
      return otherwise;
    }
  };
  return {
    answer: (key) =>
      attempt(undefined, async () => {
        const Key = { key: { S: `answer#${key}` } };
        const { Item } = await client.send(new GetItemCommand({ TableName, Key }), options());
        const isGone = Number(Item?.['expires']?.N ?? 0) * 1000 <= now();
        return isGone || Item?.['body']?.S === undefined
          ? undefined
          : { body: Item['body'].S, at: Number(Item['at']?.N) };
      }),
    keepAnswer: (key, body, seconds) =>
      attempt(undefined, async () => {
        if (Buffer.byteLength(body) > largestAnswer) return;
        const Item = {
          key: { S: `answer#${key}` },
          body: { S: body },
          at: { N: String(now()) },
          expires: { N: String(Math.ceil(now() / 1000) + seconds) },
        };
        await client.send(new PutItemCommand({ TableName, Item }), options());
      }),
    circuitOpenUntil: () =>
      attempt(0, async () => {
        const { Item } = await client.send(
          new GetItemCommand({ TableName, Key: circuit }),
          options(),
        );
        return Number(Item?.['openUntil']?.N ?? 0);
      }),
    setCircuit: (openUntil) =>
      attempt(undefined, async () => {
        const Item = { ...circuit, openUntil: { N: String(openUntil) } };
        await client.send(new PutItemCommand({ TableName, Item }), options());
      }),
    claimTrial: (at, until) =>
      attempt(true, async () => {
        const command = new UpdateItemCommand({
          TableName,
          Key: circuit,
          UpdateExpression: 'SET tryingUntil = :until',
          ConditionExpression:
            '(attribute_not_exists(tryingUntil) OR tryingUntil <= :now) AND (attribute_not_exists(openUntil) OR openUntil <= :now)',
          ExpressionAttributeValues: {
            ':until': { N: String(until) },
            ':now': { N: String(at) },
          },
        });
        try {
          await client.send(command, options());
          return true;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        }
      }),
  };
}
