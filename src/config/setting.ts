import { z } from 'zod';
import { parseDuration } from '#std/time.ts';
import { Secret } from './secret.ts';

/** What the loader must know of one key beyond its schema. */
export interface SettingInfo {
  /** How text from the environment or the command line becomes a value. */
  kind: 'text' | 'number' | 'flag' | 'list';
  /** What may be written, as the end of "must be …". */
  allowed: string;
  secret?: boolean;
  /** A path: `~` is expanded, and a relative one starts at the folder of the file that names it. */
  path?: boolean;
}

const infos = z.registry<SettingInfo>();

const setting = <S extends z.ZodType>(schema: S, description: string, info: SettingInfo): S => {
  const described = schema.describe(description);
  infos.add(described, info);
  return described;
};

interface Range {
  min: number;
  max: number;
}

export const whole = (description: string, { min, max }: Range) =>
  setting(z.int().min(min).max(max), description, {
    kind: 'number',
    allowed: `a whole number from ${min} to ${max}`,
  });

export const fraction = (description: string, { min, max }: Range) =>
  setting(z.number().min(min).max(max), description, {
    kind: 'number',
    allowed: `a number from ${min} to ${max}`,
  });

export const flag = (description: string) =>
  setting(z.boolean(), description, { kind: 'flag', allowed: 'true or false' });

export const text = (description: string, allowed = 'text that is not empty') =>
  setting(z.string().trim().min(1).max(4096), description, { kind: 'text', allowed });

/** Text of a fixed shape; `allowed` says which. */
export const pattern = (description: string, shape: RegExp, allowed: string) =>
  setting(z.string().trim().regex(shape), description, { kind: 'text', allowed });

export const choice = <const V extends readonly [string, ...string[]]>(description: string, values: V) =>
  setting(z.enum(values), description, { kind: 'text', allowed: `one of ${values.join(', ')}` });

export const secret = (description: string) =>
  setting(
    z
      .string()
      .min(1)
      .transform((value) => new Secret(value.trim())),
    description,
    { kind: 'text', allowed: 'text, best written as env:NAME or file:PATH', secret: true },
  );

export const path = (description: string) =>
  setting(z.string().min(1).max(4096), description, { kind: 'text', allowed: 'a path', path: true });

export const list = <S extends z.ZodType>(description: string, item: S, allowed: string) =>
  setting(z.array(item).max(1000), description, { kind: 'list', allowed });

const isTimeZone = (value: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }) !== undefined;
  } catch {
    return false;
  }
};

export const timeZone = (description: string) =>
  setting(z.string().refine(isTimeZone), description, {
    kind: 'text',
    allowed: 'a time zone such as Europe/Berlin',
  });

const DATABASE_SCHEMES = /^(libsql|https?|wss?|postgres(ql)?):\/\/[^/]/;

/** A file, `:memory:`, or the URL of a server. */
export const database = (description: string) =>
  setting(
    z
      .string()
      .min(1)
      .refine((value) => !value.includes('://') || DATABASE_SCHEMES.test(value)),
    description,
    {
      kind: 'text',
      allowed:
        'a path, :memory:, or a URL that starts with wss://, libsql://, https:// or postgres:// (or ws://, http://)',
      path: true,
    },
  );

/** '30s', '10m', '2h', '7d' in the file, milliseconds in the program. The bounds are written the same way. */
export const duration = (description: string, { min, max }: { min: string; max: string }) => {
  const least = parseDuration(min);
  const most = parseDuration(max);
  const allowed = `a duration such as 30s, 10m or 7d, from ${min} to ${max}`;
  const schema = z.string().transform((value, context) => {
    try {
      const ms = parseDuration(value);
      if (ms >= least && ms <= most) return ms;
    } catch {
      // Told below, with what is allowed here.
    }
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });
  return setting(schema, description, { kind: 'text', allowed });
};

const isUrl = (value: string, protocols: readonly string[]): boolean => {
  const url = URL.parse(value);
  return url !== null && protocols.includes(url.protocol) && url.hostname !== '';
};

export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]', '::1'];

const isLoopback = (value: string): boolean => LOOPBACK_HOSTS.includes(URL.parse(value)?.hostname ?? '');

/** Any http or https URL, without the slash at its end. */
export const webUrl = (description: string) =>
  setting(
    z
      .string()
      .refine((value) => isUrl(value, ['http:', 'https:']))
      .transform((value) => value.replace(/\/+$/, '')),
    description,
    { kind: 'text', allowed: 'a URL that starts with https:// or http://' },
  );

/** The root of a service that is given credentials: never in clear over a network. */
export const serviceUrl = (description: string, scheme: 'http' | 'ws' = 'http') =>
  setting(
    z
      .string()
      .refine((value) => isUrl(value, [`${scheme}s:`]) || (isUrl(value, [`${scheme}:`]) && isLoopback(value)))
      .transform((value) => value.replace(/\/+$/, '')),
    description,
    { kind: 'text', allowed: `a URL that starts with ${scheme}s://, or with ${scheme}:// on this machine` },
  );

/** The schema inside `.default()`, `.optional()` and the like. */
export const innermost = (schema: z.ZodType): z.ZodType => {
  let at = schema;
  while (!infos.has(at)) {
    const inner = (at.def as { innerType?: z.ZodType }).innerType;
    if (!inner) break;
    at = inner;
  }
  return at;
};

/** undefined: a table of keys. */
export const infoOf = (schema: z.ZodType): SettingInfo | undefined => infos.get(innermost(schema));

/** The keys of a table, undefined when the schema is no table. */
export const keysOf = (schema: z.ZodType): Record<string, z.ZodType> | undefined => {
  const inner = innermost(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
};
