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
