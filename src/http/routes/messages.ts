import { z } from 'zod';
import { requestAction } from '#actions/request.ts';
import { notesOf } from '#actions/store.ts';
import { ACTION_STATUSES } from '#db/enums.ts';
import { download } from '#http/download.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { byId, id, list } from '#http/shapes/base.ts';
import { messageShape, noteShape } from '#http/shapes/mail.ts';
import { messageViews } from '#http/views/mail-view.ts';
import { requester } from '#http/who.ts';
import { findMail, type StoredMail } from '#mail/message-store.ts';
import { AppError } from '#std/errors.ts';

const getMail = async (app: HttpPorts, userId: string, messageId: string): Promise<StoredMail> => {
  const mail = await findMail(app.db, userId, messageId);
  if (mail) return mail;
  throw new AppError('denied', 'mail.unknown', 'There is no such message', {
    help: 'It may belong to an account that was removed.',
  });
};

const gone = (): AppError =>
  new AppError('denied', 'mail.gone.unknown', 'The mailbox no longer has it', {
    help: 'It was deleted there; only its text is kept here.',
  });

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/messages/{id}',
  access: 'read',
  summary: 'A message, why it was sorted so, and what was done.',
  params: byId,
  output: messageShape,
  handle: async ({ app, who, params }) => {
    const [view] = await messageViews(app.db, who.userId, [await getMail(app, who.userId, params.id)]);
    if (!view) throw gone();
    return view;
  },
});

const notesRoute = defineRoute({
  method: 'GET',
  path: '/api/messages/{id}/notes',
  access: 'read',
  summary: 'The notes on a message, oldest first.',
  params: byId,
  output: list(noteShape),
  handle: async ({ app, who, params }) => {
    const mail = await getMail(app, who.userId, params.id);
    return { items: await notesOf(app.db, mail.id) };
  },
});

const actRoute = defineRoute({
  method: 'POST',
  path: '/api/messages/{id}/actions',
  access: 'act',
  summary:
    'Carry out an action on a message. What cannot be undone waits for an approval unless it is confirmed.',
  status: 202,
  params: byId,
  body: z.strictObject({
    type: z.string().min(1).max(100).describe('A name of the catalog of actions.'),
    parameters: z.record(z.string(), z.unknown()).default({}),
    confirmed: z.boolean().default(false).describe('The person knows that it cannot be undone.'),
  }),
  output: z.strictObject({ actionId: id, status: z.enum(ACTION_STATUSES) }),
  handle: async ({ app, who, params, body }) => {
    const request = { userId: who.userId, messageId: params.id, ...body, by: requester(who) };
    const requested = await requestAction(app, request);
    app.live.tell('actions', ...(requested.status === 'approved_pending' ? (['approvals'] as const) : []));
    return requested;
  },
});

const attachmentRoute = defineRoute({
  method: 'GET',
  path: '/api/messages/{id}/attachments/{index}',
  access: 'read',
  summary: 'The file of an attachment, to be saved and never shown.',
  params: z.strictObject({ id, index: z.coerce.number().int().min(0).max(10_000) }),
  produces: 'application/octet-stream',
  handle: async ({ app, who, params }) => {
    const mail = await getMail(app, who.userId, params.id);
    const info = mail.mail.reveal().attachments.find((a) => a.index === params.index);
    if (!info) throw gone();
    const { mailbox } = await app.openMailbox(mail.accountId);
    const bytes = await mailbox.attachment(mail.providerMessageId, params.index);
    if (bytes === null) throw gone();
    return download(bytes, { filename: info.filename || `attachment-${info.index + 1}` });
  },
});

const rawRoute = defineRoute({
  method: 'GET',
  path: '/api/messages/{id}/raw',
  access: 'read',
  summary: 'The whole message as it came, as a file.',
  params: byId,
  produces: 'message/rfc822',
  handle: async ({ app, who, params }) => {
    const mail = await getMail(app, who.userId, params.id);
    const { mailbox } = await app.openMailbox(mail.accountId);
    const bytes = await mailbox.raw(mail.providerMessageId);
    if (bytes === null) throw gone();
    return download(bytes, { filename: `${mail.id}.eml`, type: 'message/rfc822' });
  },
});

export const messageRoutes = [getRoute, notesRoute, actRoute, attachmentRoute, rawRoute];
