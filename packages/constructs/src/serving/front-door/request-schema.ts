import { JsonSchemaType, JsonSchemaVersion, type JsonSchema } from 'aws-cdk-lib/aws-apigateway';

/** Rows of one request that the inference server reads by default. */
const mostRows = 100_000;

const rows: JsonSchema = { type: JsonSchemaType.ARRAY, minItems: 1, maxItems: mostRows };

/**
 * The contract of every model: rows under `instances`, or columns or rows under `inputs`, and nothing else. What is in
 * a row is the inference server's to check: training records the schema, and it is in no file of the repository.
 */
export const requestSchema: JsonSchema = {
  schema: JsonSchemaVersion.DRAFT4,
  title: 'PredictionRequest',
  type: JsonSchemaType.OBJECT,
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: {
    instances: rows,
    inputs: {
      oneOf: [rows, { type: JsonSchemaType.OBJECT, minProperties: 1, additionalProperties: rows }],
    },
  },
};
