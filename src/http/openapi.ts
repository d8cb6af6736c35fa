import { z } from 'zod';
import { problemShape } from './problem.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

const SHARED = '#/components/schemas/';

/** JSON Schemas of routes, with those that have a name kept once, as the components of the document. */
class Schemas {
  readonly components: Record<string, Json> = {};

  /** What may be sent: for answers too, since they are checked by the same schemas when they leave. */
  of(schema: z.ZodType): Json {
    const { $schema, $defs, ...own } = z.toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'any',
    }) as Json;
    const defs = ($defs ?? {}) as Record<string, Json>;
    const names = new Map(
      Object.entries(defs).map(([name, def]) => [name, this.#nameFor(name, def)] as const),
    );
    for (const [name, def] of Object.entries(defs)) {
      const { id, ...rest } = def;
      this.components[names.get(name) ?? name] = rename(rest, names) as Json;
    }
    const { id, ...rest } = rename(own, names) as Json;
    if (typeof id !== 'string') return rest;
    this.components[id] = rest;
    return { $ref: SHARED + id };
  }

  /** A recursive schema without a name of its own is any JSON value here. */
  #nameFor(name: string, def: Json): string {
    if (!name.startsWith('__')) return name;
    if ('anyOf' in def) return 'JsonValue';
    throw new Error(`A recursive schema needs a name: ${JSON.stringify(def)}`);
  }
}

const rename = (value: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(value)) return value.map((v) => rename(v, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== '$ref' || typeof inner !== 'string') return [key, rename(inner, names)];
      const name = inner.replace(/^#\/\$defs\//, '');
      return [key, SHARED + (names.get(name) ?? name)];
    }),
  );
};

const parametersOf = (schemas: Schemas, schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] => {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemas.of(schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: place,
      required: place === 'path' || (required.includes(name) && !('default' in property)),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
};

const answersOf = (schemas: Schemas, route: Route): Json => {
  const description = 'It went well.';
  const well = route.output
    ? { description, content: { 'application/json': { schema: schemas.of(route.output) } } }
    : route.produces
      ? { description, content: { [route.produces]: { schema: { type: 'string' } } } }
      : { description };
  return {
    [route.status]: well,
    default: {
      description: 'It did not: problem details (RFC 9457).',
      content: { 'application/problem+json': { schema: schemas.of(problemShape) } },
    },
  };
};

const operationOf = (schemas: Schemas, route: Route): Json => {
  const parameters = [
    ...parametersOf(schemas, route.params, 'path'),
    ...parametersOf(schemas, route.query, 'query'),
  ];
  return {
    summary: route.summary,
    tags: [route.path.startsWith('/api/') ? route.path.split('/')[2] : 'health'],
    security: route.access === 'public' ? [] : [{ bearer: [route.access] }, { session: [route.access] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemas.of(route.body) } },
          },
        }
      : {}),
    responses: answersOf(schemas, route),
  };
};

const SECURITY = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token with the scope that is named, or one that includes it: read, act, admin.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'ashford_<port>',
    description: 'The session of a browser that signed in. It may do everything.',
  },
};

/** The whole API as an OpenAPI 3.1 document, made from the routes themselves. */
export const openApiDocument = (routes: readonly Route[], version: string): Json => {
  const schemas = new Schemas();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operationOf(schemas, route);
    paths[route.path] = path;
  }
  const names = Object.keys(schemas.components).sort();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ashford',
      version,
      description:
        'Lists are pages: `next` is the cursor of the following one. Times are ISO 8601, UTC, with milliseconds. In a PATCH what is absent stays, null clears, a value sets.',
    },
    paths,
    components: {
      schemas: Object.fromEntries(names.map((name) => [name, schemas.components[name]])),
      securitySchemes: SECURITY,
    },
  };
};
