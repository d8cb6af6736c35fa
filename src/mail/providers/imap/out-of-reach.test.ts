import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { loopback, signInWith } from '#test/kit/imap-account.ts';
import { freePort } from '#test/kit/postgres-server.ts';
import { connect, type Dial } from './connect.ts';
import type { ServerAddress } from './settings.ts';
import { trySubmission } from './smtp.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A port of loopback where nobody knows of TLS. */
const saying = async (greeting: string): Promise<number> => {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (part) => {
      const [first = ''] = part.toString().split(' ');
      socket.write(
        first === 'EHLO' ? '250 mail.example\r\n' : `${first === 'STARTTLS\r\n' ? 502 : first} OK\r\n`,
      );
    });
    socket.write(greeting);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
};

const dialTo = (server: ServerAddress): Dial => ({
  settings: { ...loopback({ port: 1, user: 'ann' }), imap: server, smtp: server },
  signIn: signInWith('a-password'),
  ca: null,
});

const IMAP = '* OK [CAPABILITY IMAP4rev1] ready\r\n';
const SMTP = '220 mail.example ESMTP\r\n';
const at = (port: number, security: ServerAddress['security']): ServerAddress => ({
  host: '127.0.0.1',
  port,
  security,
});
const reading = (server: ServerAddress) => connect(dialTo(server));
const sending = (server: ServerAddress) => trySubmission(dialTo(server));

test.each([
  ['reading', reading, 'imap.unreachable'],
  ['sending', sending, 'smtp.unreachable'],
])(
  'a server for %s that is not there is told by its name and port, with what to check',
  async (_, go, code) => {
    const port = await freePort();
    await expect(go(at(port, 'none'))).rejects.toMatchObject({
      kind: 'transient',
      code,
      message: `Nothing answers at 127.0.0.1 on port ${port}`,
      help: expect.stringContaining('Check the name and the port'),
    });
  },
);

test.each([
  ['reading', 'tls', reading, IMAP],
  ['reading', 'starttls', reading, IMAP],
  ['sending', 'tls', sending, SMTP],
  ['sending', 'starttls', sending, SMTP],
] as const)('a server for %s without %s is told so', async (_, security, go, greeting) => {
  const port = await saying(greeting);
  await expect(go(at(port, security))).rejects.toMatchObject({
    message: `The mail server 127.0.0.1 does not speak this kind of TLS on port ${port}`,
    help: expect.stringContaining('another encryption'),
  });
});
