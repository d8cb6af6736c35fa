import { z } from 'zod';
import { userSchema } from '#access/user.ts';
import { digestSchema } from '#digests/digest.ts';
import { emailSchema } from '#mail/email.ts';

/** The models that leave the program, with the schemas that they are read and checked by. */
export const MODELS = { email: emailSchema, user: userSchema, digest: digestSchema } as const;
export type ModelName = keyof typeof MODELS;

export const MODEL_NAMES = Object.keys(MODELS) as [ModelName, ...ModelName[]];

/** JSON Schema (draft 2020-12) of one model. */
export const modelSchema = (name: ModelName): Record<string, unknown> => {
  const { id, ...schema } = z.toJSONSchema(MODELS[name], { io: 'input' }) as Record<string, unknown>;
  return { title: id, ...schema };
};

/** The same as it is published. */
export const renderModelSchema = (name: ModelName): string =>
  `${JSON.stringify(modelSchema(name), null, 2)}\n`;
