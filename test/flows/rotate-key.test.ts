import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { keyIdInUse } from '#accounts/credential-store.ts';
import { rotateKey } from '#accounts/rotate-key.ts';
import { encryptionKeyOf } from '#accounts/seal.ts';
import type { App } from '#app.ts';
import { mailboxOf, openInstallation, type Place, placeText } from '#test/torture/kit/installation.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A process that changes the key and is killed at that point. Resolves with the signal that ended it. */
const killedAt = (place: Place, point: string): Promise<NodeJS.Signals | null> => {
  const script = `
    const { armCrash } = await import('#std/crashpoint.ts');
    const { openInstallation, placeOf } = await import('#test/torture/kit/installation.ts');
    const { rotateKey } = await import('#accounts/rotate-key.ts');
    const app = await openInstallation(placeOf(process.argv[1]));
    armCrash(process.argv[2]);
    const ports = { ...app, keys: app.credentials.keys };
    await rotateKey(ports, { userId: app.owner.id, channel: 'cli' });
    await app.close();`;
  const args = ['--input-type=module', '-e', script, placeText(place), point];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'ignore' });
  return new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)));
};

const rotate = (app: App) =>
  rotateKey({ ...app, keys: app.credentials.keys }, { userId: app.owner.id, channel: 'cli' });

test.each(['rotate.made', 'rotate.encrypted', 'rotate.committed', 'rotate.promoted'])(
  'a change of the key that is killed at %s beside a running program leaves everything readable there and for who comes next',
  async (point) => {
    const dir = mkdtempSync(join(tmpdir(), 'ashford-rotate-'));
    const place = { dir, url: join(dir, 'ashford.db') };
    const running = await openInstallation(place);
    try {
      const accountId = await mailboxOf(running);
      const put = (app: App, field: string) =>
        app.credentials.storing((_, sealer) =>
          sealer.put({ accountId, userId: app.owner.id, field, value: `the value of ${field}` }),
        );
      await put(running, 'before');
      expect(await killedAt(place, point)).toBe('SIGKILL');
      await put(running, 'after');
      const next = await openInstallation(place);
      try {
        for (const app of [running, next]) {
          for (const field of ['before', 'after']) {
            expect((await app.credentials.read(accountId, field))?.value).toBe(`the value of ${field}`);
          }
        }
        await rotate(next);
        const key = readFileSync(join(dir, '.config/ashford/encryption.key'), 'utf8').trim();
        expect(await keyIdInUse(next.db)).toBe(encryptionKeyOf(key).id);
        expect((await running.credentials.read(accountId, 'before'))?.value).toBe('the value of before');
        await put(running, 'last');
        expect((await next.credentials.read(accountId, 'last'))?.value).toBe('the value of last');
      } finally {
        await next.close();
      }
    } finally {
      await running.close();
      rmSync(dir, { recursive: true, force: true });
    }
  },
);
