import { z } from 'zod';
import { userSchema } from '#access/user.ts';
import { digestSchema } from '#digests/digest.ts';
import { emailSchema } from '#mail/email.ts';

/** The models that leave the program, with the schemas that they are read and checked by. */
export const MODELS = { email: emailSchema, user: userSchema, digest: digestSchema } as const;
export type ModelName = keyof typeof MODELS;

export const MODEL_NAMES = Object.keys(MODELS) as [ModelName, ...ModelName[]];

type Json = Record<string, unknown>;

/** JSON Schema (draft 2020-12) of one model: itself at the top, what it is made of in `$defs`. */
export const modelSchema = (name: ModelName): Json => {
  const made = z.toJSONSchema(MODELS[name], { io: 'input' }) as Json;
  const {
    $schema,
    $ref,
    $defs = {},
    ...inline
  } = made as Json & { $ref?: string; $defs?: Record<string, Json> };
  const title = $ref?.replace('#/$defs/', '') ?? name;
  const { [title]: own = inline, ...parts } = $defs;
  const { id, ...schema } = own;
  return { $schema, title, ...schema, ...(Object.keys(parts).length > 0 ? { $defs: parts } : {}) };
};

/** The same as it is published. */
export const renderModelSchema = (name: ModelName): string =>
  `${JSON.stringify(modelSchema(name), null, 2)}\n`;
