import type { Db } from '#db/db.ts';
import type { Mailbox } from '#mail/port.ts';

/** What every port answers once the process is dead. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** When, at the port call it is set to, the process dies: before the call has its effect, or after it and before the answer. */
export type Moment = 'before' | 'after';

/**
 * Counts the calls that the program makes to the outside and kills it at one of them: from then on every port throws, as
 * if the process were gone. Whoever opens the same files afterwards is the next process.
 */
export class Killer {
  calls = 0;
  dead = false;
  /** Rejects when it happens: a dead process does not go on waiting for anything. */
  readonly death: Promise<never>;
  #tell: (e: Killed) => void = () => {};
  readonly #at: number;
  readonly #moment: Moment;

  constructor(at: number, moment: Moment) {
    this.#at = at;
    this.#moment = moment;
    this.death = new Promise((_, reject) => {
      this.#tell = reject;
    });
    this.death.catch(() => {});
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Killed('the process is dead');
    const mine = ++this.calls === this.#at;
    if (mine && this.#moment === 'before') throw this.#die();
    const answer = await work();
    if (mine) throw this.#die();
    if (this.dead) throw new Killed('the process is dead');
    return answer;
  }

  #die(): Killed {
    this.dead = true;
    const killed = new Killed(`killed ${this.#moment} call ${this.#at}`);
    this.#tell(killed);
    return killed;
  }

  db(db: Db): Db {
    return {
      engine: db.engine,
      query: db.query,
      all: (sql, params) => {
        if (this.dead) return Promise.reject(new Killed('the process is dead'));
        return db.all(sql, params);
      },
      run: (sql, params) => this.call(() => db.run(sql, params)),
      write: (work) => this.call(() => db.write(work)),
      onForeignCommit: () => () => {},
      close: () => db.close(),
    };
  }

  mailbox(mailbox: Mailbox): Mailbox {
    const wrapped = { ...mailbox } as Record<string, unknown>;
    for (const [name, method] of Object.entries(mailbox)) {
      if (typeof method !== 'function' || name === 'watch') continue;
      wrapped[name] = (...args: unknown[]) =>
        this.call(() => (method as (...a: unknown[]) => Promise<unknown>).apply(mailbox, args));
    }
    return wrapped as unknown as Mailbox;
  }
}
