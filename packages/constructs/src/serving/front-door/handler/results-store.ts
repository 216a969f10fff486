import { GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Predictions by entity and version of the model. */
export interface ResultsStore {
  /** @returns the stored answer, or undefined. @throws what DynamoDB throws */
  read(entityId: string, modelVersion: string): Promise<string | undefined>;
  /** @throws what DynamoDB throws */
  write(entityId: string, modelVersion: string, answer: string, seconds: number): Promise<void>;
}

/** A slow table is an error to who asked for nothing else; in milliseconds. */
const patienceMilliseconds = 2000;

/** A DynamoDB table with the keys `entityId` and `modelVersion`; batch jobs may write the same items. */
export function resultsStore(
  client: DynamoDBClient,
  TableName: string,
  now: () => number,
): ResultsStore {
  const options = () => ({ abortSignal: AbortSignal.timeout(patienceMilliseconds) });
  return {
    read: async (entityId, modelVersion) => {
      const Key = { entityId: { S: entityId }, modelVersion: { S: modelVersion } };
      const { Item } = await client.send(new GetItemCommand({ TableName, Key }), options());
      const expires = Number(Item?.['expires']?.N ?? Infinity);
      return expires * 1000 <= now() ? undefined : Item?.['answer']?.S;
    },
    write: async (entityId, modelVersion, answer, seconds) => {
      const Item = {
        entityId: { S: entityId },
        modelVersion: { S: modelVersion },
        answer: { S: answer },
        at: { S: new Date(now()).toISOString() },
        expires: { N: String(Math.ceil(now() / 1000) + seconds) },
      };
      await client.send(new PutItemCommand({ TableName, Item }), options());
    },
  };
}
