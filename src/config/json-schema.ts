import { z } from 'zod';
import { configSchema } from './config.ts';

type Json = { [key: string]: unknown };

/** Every key may be left out of the file: what is missing has a default or is optional. */
const withoutRequired = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutRequired);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === 'required' && Array.isArray(inner)))
      .map(([key, inner]) => [key, withoutRequired(inner)]),
  );
};

/** JSON Schema (draft 2020-12) of the config file. */
export const configJsonSchema = (): Json => {
  const schema = withoutRequired(z.toJSONSchema(configSchema, { io: 'input' })) as Json;
  const properties = { $schema: { type: 'string' }, ...(schema.properties as Json) };
  return { ...schema, title: 'Ashford configuration', properties };
};

/** The same as it is published. */
export const renderConfigSchema = (): string => `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
