import { ApiError } from './api/api-error.ts';
import type { Behaviour } from './options.ts';
import { priceOf, UNITS_PER_MINUTE } from './prices.ts';

const WINDOW_S = 60;
const DAY_MS = 86_400_000;

/** Units of one user by second, for the last minute. */
interface Window {
  slots: Float64Array;
  /** The second that each slot stands for. */
  seconds: Float64Array;
  sum: number;
  newest: number;
  total: number;
  refused: number;
  callsNow: number;
}

const INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

/** Charges calls by the price list, and refuses what is above a user's units in any 60 seconds. */
export class Quota {
  readonly #users = new Map<string, Window>();
  readonly #behaviour: Behaviour;
  readonly #nowMs: () => number;
  readonly #project: string;
  #answers = 0;
  #dayUsedUpUntilMs = 0;

  constructor(behaviour: Behaviour, nowMs: () => number, project: string) {
    this.#behaviour = behaviour;
    this.#nowMs = nowMs;
    this.#project = project;
  }

  /** Throws when the user has no units left for it. A call that is refused costs nothing. */
  charge(user: string, method: string): void {
    const units = priceOf(this.#behaviour.prices, method);
    const window = this.#window(user);
    if (this.#nowMs() < this.#dayUsedUpUntilMs) throw this.#dayRefusal();
    const { callsAtOnce, quota, prices, unitsPerMinute } = this.#behaviour;
    if (callsAtOnce > 0 && window.callsNow >= callsAtOnce) {
      window.refused++;
      throw this.#refusal(429, 'Too many concurrent requests for user.');
    }
    this.#roll(window);
    if (quota && window.sum + units > (unitsPerMinute ?? UNITS_PER_MINUTE[prices])) {
      window.refused++;
      throw this.#minuteRefusal();
    }
    const second = Math.floor(this.#nowMs() / 1_000);
    window.slots[second % WINDOW_S] = (window.slots[second % WINDOW_S] ?? 0) + units;
    window.seconds[second % WINDOW_S] = second;
    window.sum += units;
    window.total += units;
  }

  /** A call of the user runs until the returned function is called. */
  enter(user: string): () => void {
    const window = this.#window(user);
    window.callsNow++;
    return () => {
      window.callsNow--;
    };
  }

  /** The project's day is used up until the next midnight of Pacific time, or until `untilMs`. */
  useUpDay(untilMs = Math.ceil((this.#nowMs() - 8 * 3_600_000) / DAY_MS) * DAY_MS + 8 * 3_600_000): void {
    this.#dayUsedUpUntilMs = untilMs;
  }

  /** The next day has begun. */
  renewDay(): void {
    this.#dayUsedUpUntilMs = 0;
  }

  used(user: string): { total: number; lastMinute: number; refused: number } {
    const window = this.#window(user);
    this.#roll(window);
    return { total: window.total, lastMinute: window.sum, refused: window.refused };
  }

  #window(user: string): Window {
    const known = this.#users.get(user);
    if (known) return known;
    const made: Window = {
      slots: new Float64Array(WINDOW_S),
      seconds: new Float64Array(WINDOW_S),
      sum: 0,
      newest: 0,
      total: 0,
      refused: 0,
      callsNow: 0,
    };
    this.#users.set(user, made);
    return made;
  }

  /** Forgets what is older than a minute. */
  #roll(window: Window): void {
    const now = Math.floor(this.#nowMs() / 1_000);
    if (window.newest === now) return;
    window.newest = now;
    window.sum = 0;
    for (let slot = 0; slot < WINDOW_S; slot++) {
      const second = window.seconds[slot] ?? 0;
      if (second <= now - WINDOW_S || second > now) window.slots[slot] = 0;
      window.sum += window.slots[slot] ?? 0;
    }
  }

  #minuteRefusal(): ApiError {
    const { quotaAnswer } = this.#behaviour;
    const code = quotaAnswer === 'alternate' ? (this.#answers++ % 2 === 0 ? 403 : 429) : Number(quotaAnswer);
    const limit = "limit 'Queries per minute per user' of service 'gmail.googleapis.com'";
    const consumer = `consumer 'project_number:${this.#project}'`;
    return this.#refusal(code, `Quota exceeded for quota metric 'Queries' and ${limit} for ${consumer}.`);
  }

  #refusal(code: number, message: string): ApiError {
    const { quotaRetryAfterS } = this.#behaviour;
    return new ApiError({
      code,
      reason: code === 403 ? 'userRateLimitExceeded' : 'rateLimitExceeded',
      domain: 'usageLimits',
      message,
      details: [
        {
          '@type': INFO,
          reason: 'RATE_LIMIT_EXCEEDED',
          domain: 'googleapis.com',
          metadata: { service: 'gmail.googleapis.com', consumer: `projects/${this.#project}` },
        },
      ],
      ...(quotaRetryAfterS === null ? {} : { headers: { 'retry-after': String(quotaRetryAfterS) } }),
    });
  }

  #dayRefusal(): ApiError {
    return new ApiError({
      code: 403,
      reason: 'dailyLimitExceeded',
      domain: 'usageLimits',
      message: 'Daily Limit Exceeded',
    });
  }
}
