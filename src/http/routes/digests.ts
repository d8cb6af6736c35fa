import { z } from 'zod';
import { composeNow, previewDigest } from '#digests/compose.ts';
import { digestContentSchema, digestSchema, digestSummarySchema, madeDigestSchema } from '#digests/digest.ts';
import { getDigest, listDigests } from '#digests/store.ts';
import { afterId, idPage } from '#http/cursor.ts';
import { defineRoute } from '#http/route.ts';
import { byId, cursor, limit, page } from '#http/shapes/base.ts';
import { requester } from '#http/who.ts';

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/digests',
  access: 'read',
  summary: 'Digests, newest first.',
  query: z.strictObject({ cursor, limit }),
  output: page(digestSummarySchema),
  handle: async ({ app, who, query }) => {
    const found = await listDigests(app.db, {
      userId: who.userId,
      before: afterId(query.cursor),
      limit: query.limit + 1,
    });
    const { rows, next } = idPage(found, query.limit);
    return { items: rows, next };
  },
});

const previewRoute = defineRoute({
  method: 'GET',
  path: '/api/digests/preview',
  access: 'read',
  summary: 'What a digest made now would say. Nothing is kept, and no mail counts as covered.',
  output: digestContentSchema,
  handle: ({ app, who }) => previewDigest(app, who.userId),
});

const nowRoute = defineRoute({
  method: 'POST',
  path: '/api/digests',
  access: 'act',
  summary:
    'Make a digest now, of all that came since the last one; the last one itself when nothing is new since.',
  body: z.strictObject({}),
  output: madeDigestSchema,
  handle: async ({ app, who }) => {
    const { digest, made } = await composeNow(app, { userId: who.userId, by: requester(who) });
    if (made) app.live.tell('digests');
    return { ...digest, made };
  },
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/digests/{id}',
  access: 'read',
  summary: 'One digest, whole.',
  params: byId,
  output: digestSchema,
  handle: ({ app, who, params }) => getDigest(app.db, who.userId, params.id),
});

export const digestRoutes = [listRoute, previewRoute, nowRoute, getRoute];
