import {
  GMAIL_BULK_AHEAD_MS,
  GMAIL_BULK_WAIT_MS,
  GMAIL_CHUNK_MS,
  GMAIL_SEND_REST_MAX_MS,
  GMAIL_SEND_REST_MS,
  GMAIL_SLOW_MS,
  GMAIL_UNITS_MS,
  GMAIL_WAIT_MS,
} from '#config/limits-gmail.ts';
import type { Db } from '#db/db.ts';
import type { Lane, ProviderUsage } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { toInstant } from '#std/time.ts';
import { dayOf, startOfDay } from '#std/zone.ts';
import { isSending, type Method, PRICE_LISTS } from './prices.ts';
import * as store from './quota-store.ts';

export interface QuotaSettings {
  priceList: keyof typeof PRICE_LISTS;
  /** The part of what Google grants that is used. */
  share: number;
  /** What Google grants one account, where it is not what the list says. */
  unitsPerMinute?: number | undefined;
}

export interface QuotaPorts {
  db: Db;
  clock: Clock;
  settings: QuotaSettings;
}

/** The zone in which Google's day of a quota turns. */
const QUOTA_ZONE = 'America/Los_Angeles';
const MINUTE_MS = 60_000;
/** Of what the share leaves, how much a burst may use: the rest covers units that are used a little after they were taken. */
const BURST_SHARE = 0.9;

const ratePerMs = (s: QuotaSettings): number =>
  ((s.unitsPerMinute ?? PRICE_LISTS[s.priceList].unitsPerMinute) * s.share) / MINUTE_MS;

/** How many milliseconds of the rate interactive work may be ahead: what Google grants in a minute beyond our share. */
const burstMs = (s: QuotaSettings): number => Math.floor((MINUTE_MS * BURST_SHARE * (1 - s.share)) / s.share);

/** Units of a lane that were taken and are not used yet. */
interface Purse {
  units: number;
  goodUntil: number;
  takenAt: number;
  chunk: number;
  /** Whoever waits, in turn. */
  turn: Promise<void>;
}

const emptyPurse = (): Purse => ({ units: 0, goodUntil: 0, takenAt: 0, chunk: 0, turn: Promise.resolve() });

/**
 * The quota units of one account: a bucket in the database that all processes share. Interactive work may run ahead by the
 * burst; bulk work takes what flows in and is not taken by it. Units are taken in chunks, so that not each call is a write;
 * what a chunk leaves is lost soon.
 */
export class AccountQuota {
  readonly #ports: QuotaPorts;
  readonly #accountId: string;
  readonly #purses: Record<Lane, Purse> = { interactive: emptyPurse(), bulk: emptyPurse() };
  #known = false;

  constructor(ports: QuotaPorts, accountId: string) {
    this.#ports = ports;
    this.#accountId = accountId;
  }

  /**
   * Waits until the call may be made. Throws `limit` when that takes too long, when the project's day is used up, or when
   * the account may send nothing for now.
   */
  async take(method: Method, lane: Lane): Promise<void> {
    const units = PRICE_LISTS[this.#ports.settings.priceList].prices[method];
    if (isSending(method)) await this.#checkSends();
    const purse = this.#purses[lane];
    const mine = purse.turn.then(() => this.#fromPurse(purse, units, lane));
    // A wait that failed is no reason for the next one to fail.
    purse.turn = mine.catch(() => {});
    await mine;
  }

  /** Google said that it was too fast: half the rate for a while, and nothing before it allows it again. */
  async slowDown(retryAfterMs = 0): Promise<void> {
    const now = this.#ports.clock.ms();
    this.#empty();
    await this.#ports.db.write(async (tx) => {
      await store.ensureQuota(tx, this.#accountId);
      await store.writeSlow(tx, this.#accountId, {
        slowUntil: now + GMAIL_SLOW_MS,
        blockedUntil: now + Math.min(retryAfterMs, GMAIL_SEND_REST_MAX_MS),
        mostUntil: now + GMAIL_SEND_REST_MAX_MS,
      });
    });
  }

  /** Google said that the project has used up its day: every account waits for the next. Returns how long. */
  async dayUsedUp(): Promise<number> {
    const now = this.#ports.clock.ms();
    const until = startOfDay(now, QUOTA_ZONE, -1);
    this.#empty();
    await this.#ports.db.write(async (tx) => {
      await store.ensureQuota(tx, this.#accountId);
      await store.writeProjectUntil(tx, this.#accountId, until);
    });
    return until - now;
  }

  /** Google refused a send for its sending limit: sends rest, each time longer. Returns how long. */
  async restSends(retryAfterMs = 0): Promise<number> {
    const now = this.#ports.clock.ms();
    return this.#ports.db.write(async (tx) => {
      await store.ensureQuota(tx, this.#accountId);
      const row = await store.readQuota(tx, this.#accountId);
      const again = row !== null && row.sendRestMs > 0 && now - row.sendsUntil < row.sendRestMs;
      const restMs = Math.min(
        Math.max(again ? row.sendRestMs * 2 : GMAIL_SEND_REST_MS, retryAfterMs),
        GMAIL_SEND_REST_MAX_MS,
      );
      await store.writeSendRest(tx, this.#accountId, { sendsUntil: now + restMs, restMs });
      return restMs;
    });
  }

  #empty(): void {
    for (const purse of Object.values(this.#purses)) purse.units = 0;
  }

  async #fromPurse(purse: Purse, units: number, lane: Lane): Promise<void> {
    const { clock } = this.#ports;
    if (clock.ms() >= purse.goodUntil) purse.units = 0;
    if (purse.units < units) {
      const chunk = this.#chunk(purse, units);
      await this.#wait(chunk, lane);
      purse.units += chunk;
      purse.takenAt = clock.ms();
      purse.goodUntil = purse.takenAt + GMAIL_UNITS_MS;
    }
    purse.units -= units;
  }

  /** Steady work takes more and more at once, up to what the rate gives in a moment. */
  #chunk(purse: Purse, units: number): number {
    const { clock, settings } = this.#ports;
    const most = Math.floor(ratePerMs(settings) * GMAIL_CHUNK_MS);
    const steady = clock.ms() - purse.takenAt < GMAIL_UNITS_MS;
    purse.chunk = steady ? Math.max(units, Math.min(purse.chunk * 2, most)) : units;
    return purse.chunk;
  }

  async #wait(units: number, lane: Lane): Promise<void> {
    const { clock } = this.#ports;
    const most = lane === 'bulk' ? GMAIL_BULK_WAIT_MS : GMAIL_WAIT_MS;
    for (let waited = 0; ; ) {
      const wait = await this.#tryTake(units, lane);
      if (wait === 0) return;
      if (waited + wait > most) throw tooMuch(wait);
      await clock.sleep(wait);
      waited += wait;
    }
  }

  /** 0: taken. Else the milliseconds after which to try again. */
  async #tryTake(units: number, lane: Lane): Promise<number> {
    const { db, clock, settings } = this.#ports;
    const nowMs = clock.ms();
    const burst = burstMs(settings);
    const costMs = Math.ceil(units / ratePerMs(settings));
    const most = lane === 'bulk' ? Math.min(GMAIL_BULK_AHEAD_MS, burst) : burst;
    const taking: store.Taking = {
      nowMs,
      units,
      costMs,
      slowCostMs: 2 * costMs,
      aheadMs: Math.max(0, most - costMs),
      slowAheadMs: Math.max(0, most - 2 * costMs),
      mostAheadMs: burst + 2 * costMs + GMAIL_CHUNK_MS * 2,
      day: dayOf(nowMs, QUOTA_ZONE),
    };
    const left = await db.write(async (tx) => {
      if (!this.#known) await store.ensureQuota(tx, this.#accountId);
      if (await store.takeUnits(tx, this.#accountId, taking)) return null;
      await store.ensureQuota(tx, this.#accountId);
      return {
        row: await store.readQuota(tx, this.#accountId),
        projectUntil: await store.readProjectUntil(tx),
      };
    });
    this.#known = left === null || left.row !== null;
    if (left === null) return 0;
    if (left.projectUntil > nowMs) throw dayIsUsedUp(left.projectUntil - nowMs);
    if (!left.row) return 1;
    const { slowUntil, spentUntil, blockedUntil } = left.row;
    const ahead = slowUntil > nowMs ? taking.slowAheadMs : taking.aheadMs;
    return Math.max(1, blockedUntil - nowMs, spentUntil - ahead - nowMs);
  }

  async #checkSends(): Promise<void> {
    const row = await store.readQuota(this.#ports.db, this.#accountId);
    const rest = (row?.sendsUntil ?? 0) - this.#ports.clock.ms();
    if (rest > 0) throw sendsRest(rest);
  }
}

const tooMuch = (retryAfterMs: number): AppError =>
  new AppError('limit', 'mail.quota-wait', 'The account has asked Gmail for as much as it may for now', {
    retryAfterMs,
  });

const dayIsUsedUp = (retryAfterMs: number): AppError =>
  new AppError('limit', 'mail.day-used-up', 'The Google project has used up its quota of the day', {
    help: 'Work goes on at midnight Pacific time. A project of your own has a quota of its own.',
    retryAfterMs,
  });

const sendsRest = (retryAfterMs: number): AppError =>
  new AppError('limit', 'mail.sending-limit', 'Gmail sends no more mail of this account for now', {
    help: 'It goes out when Gmail allows it again. Gmail counts every mail of 24 hours, from other programs too.',
    retryAfterMs,
  });

/** What an account has used, for people. */
export const quotaUse = async (
  { db, clock, settings }: QuotaPorts,
  accountId: string,
): Promise<ProviderUsage> => {
  const now = clock.ms();
  const row = await store.readQuota(db, accountId);
  const minute = Math.floor(now / MINUTE_MS);
  const later = (ms: number | undefined) => (ms !== undefined && ms > now ? toInstant(ms) : null);
  // Of the minute before, the part that is less than a minute ago.
  const part = 1 - (now % MINUTE_MS) / MINUTE_MS;
  const before =
    row?.minute === minute ? row.lastMinuteUnits : row?.minute === minute - 1 ? row.minuteUnits : 0;
  const slow = (row?.slowUntil ?? 0) > now;
  return {
    unitsLastMinute: Math.round((row?.minute === minute ? row.minuteUnits : 0) + before * part),
    unitsToday: row?.day === dayOf(now, QUOTA_ZONE) ? row.dayUnits : 0,
    unitsPerMinute: Math.round((ratePerMs(settings) * MINUTE_MS) / (slow ? 2 : 1)),
    slowUntil: later(row?.slowUntil),
    sendsRestUntil: later(row?.sendsUntil),
    projectRestsUntil: later(await store.readProjectUntil(db)),
  };
};
