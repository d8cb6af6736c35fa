import { z } from 'zod';
import type { Document } from '#http/docs-page.ts';
import { MODEL_NAMES, renderModelSchema } from '#http/models.ts';
import { defineRoute } from '#http/route.ts';

/** The list of routes holds these two, so they read it when they are asked. */
const documentOf = async (version: string) => {
  const [{ ROUTES }, { openApiDocument }] = await Promise.all([
    import('./catalog.ts'),
    import('#http/openapi.ts'),
  ]);
  return { routes: ROUTES, document: openApiDocument(ROUTES, version) };
};

const openApiRoute = defineRoute({
  method: 'GET',
  path: '/api/openapi.json',
  access: 'read',
  summary: 'This API as an OpenAPI 3.1 document.',
  produces: 'application/json',
  handle: async ({ app }) => Response.json((await documentOf(app.version)).document),
});

const docsRoute = defineRoute({
  method: 'GET',
  path: '/api/docs',
  access: 'read',
  summary: 'This API as a page for people.',
  produces: 'text/html',
  handle: async ({ app }) => {
    const { docsPage } = await import('#http/docs-page.ts');
    const { routes, document } = await documentOf(app.version);
    return docsPage(routes, document as unknown as Document);
  },
});

const schemaRoute = defineRoute({
  method: 'GET',
  path: '/api/schemas/{name}',
  access: 'read',
  summary: 'The JSON Schema of a model: what is written here is read back by it, strictly.',
  params: z.strictObject({ name: z.enum(MODEL_NAMES) }),
  produces: 'application/schema+json',
  handle: ({ params }) =>
    new Response(renderModelSchema(params.name), { headers: { 'content-type': 'application/schema+json' } }),
});

export const docsRoutes = [openApiRoute, docsRoute, schemaRoute];
