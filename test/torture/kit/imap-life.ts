import { readFileSync } from 'node:fs';
import { answerUncertain } from '#actions/answer-uncertain.ts';
import { connectMailbox, renewSecrets } from '#ingest/connect.ts';
import { DOVECOT_PASSWORD } from '#test/kit/dovecot-server.ts';
import { loopback } from '#test/kit/imap-account.ts';
import { type ImapPeer, imapPeer } from '#test/kit/imap-peer.ts';
import {
  accountOf,
  mailFrom,
  makeRules,
  once,
  ROBIN,
  replyTo,
  routine,
  sync,
  undoDraft,
} from './mailbox-life.ts';
import { type Life, OWNER, settle } from './scenario.ts';

const PROVIDER = 'imap';
/** Longer than anything that an account of one server waits for. */
const HOURS_MS = 2 * 3_600_000;

const connect = async (l: Life): Promise<string> => {
  const known = await accountOf(l.app, PROVIDER, ROBIN);
  if (known) return known.id;
  const { port = 0, smtpPort, user = '' } = l.outside?.imap ?? {};
  const { account } = await connectMailbox(l.app, {
    userId: l.app.owner.id,
    provider: PROVIDER,
    email: ROBIN,
    displayName: 'Robin',
    config: loopback({ port, user, smtpPort }),
    secrets: { password: DOVECOT_PASSWORD, smtp_password: l.outside?.smtpPassword ?? '' },
    test: true,
    by: OWNER,
  });
  return account.id;
};

const renew = async (l: Life, accountId: string): Promise<void> => {
  if (l.marked('renewed')) return;
  const secrets = { password: DOVECOT_PASSWORD };
  await renewSecrets(l.app, { userId: l.app.owner.id, accountId, secrets, test: true, by: OWNER });
  l.mark('renewed');
};

/** Another client of the same person. */
const elsewhere = async (l: Life, work: (peer: ImapPeer) => Promise<void>): Promise<void> => {
  const { server = 0, user = '' } = l.outside?.imap ?? {};
  const peer = await imapPeer({ port: server, user, password: DOVECOT_PASSWORD });
  try {
    await work(peer);
  } finally {
    peer.close();
  }
};

const lose = async (peer: ImapPeer): Promise<void> => {
  const lost = (await peer.look('INBOX')).find(({ messageId }) => messageId.startsWith('Lost@'));
  if (!lost) throw new Error('The mail that is to be lost is not there');
  await peer.expunge('INBOX', lost.uid);
};

const COPY = `From: ${ROBIN}\r\nTo: ada@plain.example\r\nSubject: Re: Plain\r\nMessage-ID: <copy@x.example>\r\n\r\nYes.\r\n`;

/** The person was asked whether a mail left, and knows it. One that left without a copy of it they file themselves. */
const answer = async (l: Life): Promise<void> => {
  const rows = await l.app.db.all<{ action_id: string; op_id: string }>(
    "select action_id, op_id from outbox where state = 'uncertain'",
  );
  for (const { action_id: actionId, op_id } of rows) {
    l.mark('asked');
    const left = readFileSync(l.outside?.sentFile ?? '', 'utf8').includes(op_id);
    const said = left ? 'went-out' : 'send-again';
    if (left)
      await once(l, 'filed', () =>
        elsewhere(l, async (peer) => void (await peer.append('Sent', COPY, ['\\Seen']))),
      );
    await answerUncertain(l.app, { userId: l.app.owner.id, actionId, answer: said, by: OWNER });
  }
  await settle(l);
};

/** The whole life of a mailbox at an IMAP server; begun again, it goes on where it was. */
export const liveAtImap = async (l: Life): Promise<void> => {
  await makeRules(l, ['Letters', 'Drafts', 'Codes']);
  const accountId = await connect(l);
  await sync(l, accountId);
  await renew(l, accountId);
  await once(l, 'mail came', () =>
    elsewhere(l, async (peer) => {
      await peer.append('INBOX', mailFrom('letters.example', 'A letter'));
      await peer.append('INBOX', mailFrom('letters.example', 'Another letter'));
      await peer.append('INBOX', mailFrom('codes.example', 'A code'));
      await peer.append('INBOX', mailFrom('codes.example', 'Another code'));
      await peer.append('INBOX', mailFrom('drafts.example', 'A proposal'));
      await peer.append('INBOX', mailFrom('plain.example', 'Plain'));
      await peer.append('INBOX', mailFrom('plain.example', 'Lost'));
    }),
  );
  await sync(l, accountId);
  await replyTo(l, 'Plain');
  await settle(l);
  await answer(l);
  await undoDraft(l);
  await once(l, 'lost', () => elsewhere(l, lose));
  await sync(l, accountId);
  await routine(l, accountId);
  l.clock.advance(HOURS_MS);
  await sync(l, accountId);
};
