import { expect, test } from 'vitest';
import { seededRandom } from '#std/random.ts';
import { startImapWire } from '#test/kit/imap-wire.ts';
import { type ImapWorld, imapWorld, letter } from '#test/kit/imap-world.ts';
import { onDovecot } from '#test/kit/on-dovecot.ts';
import { reconnectMs } from './backoff.ts';
import { WATCH_TIMES } from './watch.ts';

/** Hears what a watch tells, one after the other. */
const ear = (world: ImapWorld) => {
  let heard = 0;
  let wake: () => void = () => {};
  const stop = world.mailbox.watch(() => {
    heard++;
    wake();
  });
  return {
    stop,
    /** Resolves at the next time, or at once when there was one since the last wait. */
    next: async (): Promise<void> => {
      if (heard === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      heard = 0;
    },
  };
};

onDovecot('A watch', (server) => {
  test('goes on when the server ends an IDLE by itself', async () => {
    const wire = await startImapWire(server().port);
    let ended = 0;
    wire.onLine((line) => {
      if (!/^\S+ IDLE/.test(line) || ended > 1) return undefined;
      ended++;
      return { answer: '+ idling\r\n% OK Enough of that\r\n' };
    });
    await using world = await imapWorld(server(), { port: wire.port });
    const told = ear(world);
    for (let i = 0; i < 3; i++) await told.next();
    expect(ended).toBe(2);
    await world.peer.append('INBOX', letter(1));
    await told.next();
    told.stop();
    wire.close();
  });

  test('asks every so often where the server has no IDLE, or takes it back', async () => {
    const times = { ...WATCH_TIMES, pollWithoutIdleMs: 50 };
    for (const refuse of [false, true]) {
      const wire = await startImapWire(server().port);
      if (!refuse) wire.hide('IDLE');
      wire.onLine((line) =>
        refuse && /^\S+ IDLE/.test(line) ? { answer: '% NO Not today\r\n' } : undefined,
      );
      await using world = await imapWorld(server(), { port: wire.port, watchTimes: times });
      const told = ear(world);
      for (let i = 0; i < 4; i++) await told.next();
      expect(wire.made).toBe(1);
      told.stop();
      wire.close();
    }
  });

  test('comes back after a cut, and tells that something may have been missed', async () => {
    const wire = await startImapWire(server().port);
    await using world = await imapWorld(server(), { port: wire.port });
    const told = ear(world);
    await told.next();
    wire.bye();
    await told.next();
    expect(wire.made).toBe(2);
    told.stop();
    wire.close();
  });

  test('ends with the provider', async () => {
    const wire = await startImapWire(server().port);
    await using world = await imapWorld(server(), { port: wire.port });
    const told = ear(world);
    await told.next();
    await world.provider.close();
    await expect.poll(() => wire.connections).toBe(0);
    wire.close();
  });
});

test('waits longer from failure to failure, to a limit, and never all at the same time', () => {
  const random = seededRandom(7);
  const longest = (failures: number): number =>
    Math.max(...Array.from({ length: 200 }, () => reconnectMs(failures, random)));
  expect(longest(0)).toBeLessThanOrEqual(2_000);
  expect(longest(3)).toBeGreaterThan(longest(0));
  expect(longest(50)).toBeLessThanOrEqual(5 * 60_000);
  expect(new Set(Array.from({ length: 50 }, () => reconnectMs(4, random))).size).toBeGreaterThan(40);
});
