import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface TakenMail {
  from: string;
  recipients: string[];
  raw: Buffer;
}

export interface SmtpSink {
  port: number;
  taken: TakenMail[];
  stop(): Promise<void>;
}

/** A submission server on loopback that keeps what it takes. `onMail` may refuse a mail by an error, or never answer. */
export const startSmtpSink = async (
  o: { server?: SMTPServerOptions; onMail?: (mail: TakenMail) => Promise<void> } = {},
): Promise<SmtpSink> => {
  const taken: TakenMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? '' }),
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const mail = {
          from: mailFrom === false ? '' : mailFrom.address,
          recipients: rcptTo.map((r) => r.address),
          raw: Buffer.concat(parts),
        };
        taken.push(mail);
        (o.onMail?.(mail) ?? Promise.resolve()).then(() => done(), done);
      });
    },
    ...o.server,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    taken,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
