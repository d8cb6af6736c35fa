import { afterAll, beforeAll, describe } from 'vitest';
import { type DovecotServer, dovecotBinary, startDovecot } from './dovecot-server.ts';

/** Tests against one Dovecot that is there for all of them, where it is installed. */
export const onDovecot = (title: string, tests: (server: () => DovecotServer) => void): void => {
  describe.runIf(dovecotBinary() !== undefined)(title, () => {
    let server: DovecotServer | undefined;
    beforeAll(async () => {
      server = await startDovecot();
    });
    afterAll(() => server?.stop());
    tests(() => {
      if (!server) throw new Error('Dovecot did not start');
      return server;
    });
  });
};
