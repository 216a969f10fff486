import { z } from 'zod';
import { configurationSchema } from './schema';

/** JSON Schema (2020-12) of wa-ml.json, which editors read for completion; the package ships it as wa-ml.schema.json. */
export function jsonSchema(): object {
  return {
    ...z.toJSONSchema(configurationSchema, { io: 'input' }),
    title: 'wa-ml.json',
    allowTrailingCommas: true,
  };
}

/** One property of a JSON Schema, as far as option forms read it. */
export interface PropertySchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * JSON Schemas of the fields of one part of wa-ml.json, so that a form or a generator that sets them
 * asks for what the file itself accepts.
 */
export function fieldSchemas<Shape extends z.ZodRawShape>(
  part: z.ZodObject<Shape>,
): Record<keyof Shape & string, PropertySchema> {
  return z.toJSONSchema(part, { io: 'input' }).properties as Record<
    keyof Shape & string,
    PropertySchema
  >;
}
