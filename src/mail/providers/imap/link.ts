import { IMAP_TRUSTED_MS, IMAP_WORK_IDLE_MS } from '#config/limits-imap.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { connect, type Dial } from './connect.ts';
import { Session } from './session.ts';

/**
 * One connection of an account for work: made when it is needed, used by one at a time in the order of asking, closed when
 * nobody needed it for a while.
 */
export class Link {
  readonly #clock: Clock;
  readonly #dial: () => Dial;
  #session: Session | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #usedAt = 0;
  #cancelClose: (() => void) | undefined;
  #closed = false;

  /** `dial` is asked anew for each connection, as the sign-in may have changed. */
  constructor(clock: Clock, dial: () => Dial) {
    this.#clock = clock;
    this.#dial = dial;
  }

  /**
   * Runs `work` alone on the connection. What a kept connection breaks off by itself is begun again once on a new one, so
   * `work` must bear being run twice.
   */
  use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const turn = this.#tail.then(() => this.#work(work));
    this.#tail = turn.catch(() => {});
    return turn;
  }

  async #work<T>(work: (session: Session) => Promise<T>): Promise<T> {
    this.#cancelClose?.();
    this.#waiting++;
    try {
      const kept = await this.#kept();
      if (!kept) return await work(await this.#open());
      try {
        return await work(kept);
      } catch (e) {
        if (kept.usable || (e instanceof AppError && e.code === 'imap.timeout')) throw e;
        return await work(await this.#open());
      }
    } finally {
      this.#waiting--;
      this.#usedAt = this.#clock.ms();
      this.#closeLater();
    }
  }

  /** The connection of before, if it stands: one that was idle for a while may have died without a word. */
  async #kept(): Promise<Session | undefined> {
    const session = this.#session;
    if (!session?.usable) return undefined;
    if (this.#clock.ms() - this.#usedAt < IMAP_TRUSTED_MS) return session;
    return (await session.answers()) ? session : undefined;
  }

  async #open(): Promise<Session> {
    this.#session?.close();
    this.#session = undefined;
    if (this.#closed) throw closedLink();
    const dial = this.#dial();
    const client = await connect(dial);
    const session = new Session(client, { server: dial.settings.imap, clock: this.#clock });
    if (this.#closed) {
      session.close();
      throw closedLink();
    }
    this.#session = session;
    return session;
  }

  #closeLater(): void {
    this.#cancelClose?.();
    this.#cancelClose = this.#clock.after(IMAP_WORK_IDLE_MS, () => {
      if (this.#waiting > 0) return;
      this.#session?.close();
      this.#session = undefined;
    });
  }

  /** For good; what is under way fails. */
  close(): void {
    this.#closed = true;
    this.#cancelClose?.();
    this.#session?.close();
    this.#session = undefined;
  }
}

const closedLink = (): AppError =>
  new AppError('transient', 'imap.closed', 'The connection to the mailbox was let go of');
