import { acquireLeases, leaseHolders, releaseLeases } from '#accounts/lease-store.ts';
import { listAccounts } from '#accounts/store.ts';
import type { Live } from '#activity/live.ts';
import { ACCOUNTS_LOOK_MS } from '#config/limits.ts';
import { WATCH_LEASE_MS } from '#config/limits-ingest.ts';
import { isCertainlyDead, makeWorkerId } from '#queue/worker-id.ts';
import type { Random } from '#std/random.ts';
import type { IngestPorts } from './ports.ts';
import { type Watched, watchOne } from './watch-one.ts';

export interface WatchPorts extends IngestPorts {
  random: Random;
  live: Pick<Live, 'listen'>;
  log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

export interface Watching {
  /** Looks now for accounts that came, went, were paused or lost their watcher. */
  look(): Promise<void>;
  /** Stops every watch and lets another process have them. */
  stop(): Promise<void>;
}

/**
 * Watches the active mailboxes: each by one process, of however many there are. A process that ends gives its mailboxes
 * back; those of one that died are taken over when its leases end, on the same machine at once.
 */
export const watchMailboxes = async (ports: WatchPorts): Promise<Watching> => {
  const watching = new MailboxWatches(ports);
  await watching.look();
  watching.begin();
  return watching;
};

class MailboxWatches implements Watching {
  readonly #ports: WatchPorts;
  readonly #lease: { purpose: 'watch'; holder: string };
  readonly #watched = new Map<string, Watched>();
  #stopped = false;
  #looking: Promise<void> | undefined;
  #again = false;
  #cancel = () => {};
  #deafen = () => {};

  constructor(ports: WatchPorts) {
    this.#ports = ports;
    this.#lease = { purpose: 'watch', holder: makeWorkerId(ports.random) };
  }

  begin(): void {
    this.#deafen = this.#ports.live.listen((topics) => {
      if (topics.includes('accounts')) void this.look();
    });
    const later = () => {
      this.#cancel = this.#ports.clock.after(ACCOUNTS_LOOK_MS, () => {
        void this.look().finally(() => {
          if (!this.#stopped) later();
        });
      });
    };
    later();
  }

  /** Never throws: what could not be looked at now is looked at again soon. */
  look(): Promise<void> {
    this.#again = this.#looking !== undefined;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookWhileAsked(): Promise<void> {
    do {
      this.#again = false;
      await this.#lookOnce().catch((err: unknown) => {
        this.#ports.log.warn({ err }, 'the accounts could not be looked at');
      });
    } while (this.#again && !this.#stopped);
  }

  async #lookOnce(): Promise<void> {
    if (this.#stopped) return;
    const accounts = (await listAccounts(this.#ports.db)).filter((account) => account.status === 'active');
    const active = new Map(accounts.map(({ id, userId }) => [id, userId]));
    await this.#leave([...this.#watched.keys()].filter((id) => !active.has(id)));
    const ours = await this.#acquire([...active.keys()]);
    for (const id of this.#watched.keys()) if (!ours.has(id)) this.#end(id);
    for (const id of ours) {
      if (this.#stopped) break;
      await this.#keepUp(id, active.get(id) ?? '');
    }
    if (this.#stopped) await this.#leave([...ours]);
  }

  async #acquire(ids: readonly string[]): Promise<Set<string>> {
    const { db, clock } = this.#ports;
    const o = { ...this.#lease, ttlMs: WATCH_LEASE_MS, clock };
    const ours = await db.write((tx) => acquireLeases(tx, ids, o));
    const others = ids.filter((id) => !ours.has(id));
    if (others.length === 0) return ours;
    const dead = [...(await leaseHolders(db, others, 'watch'))].filter(([, holder]) =>
      isCertainlyDead(holder),
    );
    if (dead.length === 0) return ours;
    const more = await db.write(async (tx) => {
      for (const [id, holder] of dead) await releaseLeases(tx, [id], { purpose: 'watch', holder });
      return acquireLeases(
        tx,
        dead.map(([id]) => id),
        o,
      );
    });
    return new Set([...ours, ...more]);
  }

  async #keepUp(id: string, userId: string): Promise<void> {
    try {
      const known = this.#watched.get(id);
      if (known) await known.check();
      else this.#watched.set(id, await watchOne(this.#ports, { id, userId }));
    } catch (err) {
      // Another mailbox must not wait for this one; it is tried again at the next look.
      this.#ports.log.warn({ err, account: id }, 'a mailbox could not be watched');
      this.#end(id);
    }
  }

  #end(id: string): void {
    this.#watched.get(id)?.stop();
    this.#watched.delete(id);
  }

  async #leave(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#end(id);
    if (ids.length > 0) await this.#ports.db.write((tx) => releaseLeases(tx, ids, this.#lease));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#deafen();
    await this.#looking;
    await this.#leave([...this.#watched.keys()]).catch((err: unknown) => {
      this.#ports.log.warn({ err }, 'the watches could not be given back; others wait for them to end');
    });
  }
}
