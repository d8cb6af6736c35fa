import type { FetchMessageObject, FetchQueryObject, ImapFlow, ListResponse, MailboxObject } from 'imapflow';
import { IMAP_ALIVE_MS, IMAP_COMMAND_MS, IMAP_SLOWEST_BYTES } from '#config/limits-imap.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { asAppError, refused, timedOut } from './errors.ts';
import type { ServerAddress } from './settings.ts';
import { type UidList, uidSet } from './uid-set.ts';

/** The folder that is selected, as the server described it when it was. */
export interface Selected {
  path: string;
  uidValidity: string;
  uidNext: number;
  exists: number;
  /** null: the server keeps no mod-sequences of it. */
  highestModseq: string | null;
  /** Whether the server keeps any keyword. */
  anyKeyword: boolean;
}

const STATUS = { messages: true, uidNext: true, uidValidity: true, highestModseq: true } as const;

/**
 * One signed-in connection, used by one at a time. Every command is bounded in time and fails as one of our errors; what
 * the library reports as `false` becomes an error too, so that "could not look" is never taken for "nothing there".
 */
export class Session {
  readonly #client: ImapFlow;
  readonly #server: ServerAddress;
  readonly #host: string;
  readonly #clock: Clock;

  constructor(client: ImapFlow, o: { server: ServerAddress; clock: Clock }) {
    this.#client = client;
    this.#server = o.server;
    this.#host = o.server.host;
    this.#clock = o.clock;
  }

  get usable(): boolean {
    return this.#client.usable && !this.#client.isClosed;
  }

  close(): void {
    this.#client.close();
  }

  /** Whether the server still answers. A connection that does not is closed. */
  async answers(): Promise<boolean> {
    try {
      await this.#run(() => this.#client.noop(), IMAP_ALIVE_MS);
      return this.usable;
    } catch {
      this.close();
      return false;
    }
  }

  /** Whether the server has an extension. */
  has(capability: string): boolean {
    return this.#client.capabilities.has(capability);
  }

  get capabilities(): string[] {
    return [...this.#client.capabilities.keys()];
  }

  /** Whether Gmail's own extension is there: labels, ids of its own. */
  get isGmail(): boolean {
    return this.has('X-GM-EXT-1');
  }

  get canMove(): boolean {
    return this.has('MOVE') || this.has('UIDPLUS');
  }

  /** Every folder; with `status`, how each that can be selected stands. */
  async list(o: { status: boolean; hints: Record<string, string> }): Promise<ListResponse[]> {
    // What a server says of the folder that is selected may be as old as the last command.
    if (o.status) await this.#run(() => this.#client.noop());
    return this.#run(() =>
      this.#client.list({ specialUseHints: o.hints, ...(o.status && { statusQuery: STATUS }) }),
    );
  }

  /** Selects a folder anew. null when there is none of that name, or none for us (RFC 5530 §3: NOPERM). */
  async select(path: string): Promise<Selected | null> {
    const box = await this.#run(async () => {
      try {
        return await this.#client.mailboxOpen(path);
      } catch (e) {
        const { mailboxMissing, serverResponseCode } = e as Record<string, unknown>;
        if (mailboxMissing === true || serverResponseCode === 'NOPERM') return null;
        throw e;
      }
    });
    if (box === null) return null;
    if (!box) throw refused('open a folder', this.#host);
    return this.#selected(box);
  }

  #selected(box: MailboxObject): Selected {
    const modseqs = this.#client.enabled.has('CONDSTORE') && box.noModseq !== true;
    return {
      path: box.path,
      uidValidity: String(box.uidValidity),
      uidNext: box.uidNext ?? 1,
      exists: box.exists ?? 0,
      highestModseq: modseqs && box.highestModseq ? String(box.highestModseq) : null,
      anyKeyword: box.permanentFlags?.has('\\*') ?? false,
    };
  }

  /** The UIDs of the selected folder from `from` to `to`, or to the end. */
  async uids(from: number, to: number | '*' = '*'): Promise<number[]> {
    const found = await this.#run(() => this.#client.search({ uid: `${from}:${to}` }, { uid: true }));
    if (!Array.isArray(found) || !this.usable) throw refused('search', this.#host);
    // `n:*` always names the last message, however low its UID is.
    return found.filter((uid) => uid >= from && (to === '*' || uid <= to));
  }

  /** What of these messages of the selected folder is still there. `bytes`: how much mail is expected. */
  async fetch(
    uids: UidList,
    query: FetchQueryObject,
    o: { changedSince?: string | undefined; bytes?: number } = {},
  ): Promise<FetchMessageObject[]> {
    const set = uidSet(uids);
    if (set === '') return [];
    const extraMs = Math.ceil(((o.bytes ?? 0) / IMAP_SLOWEST_BYTES) * 1000);
    const options = { uid: true, ...(o.changedSince && { changedSince: BigInt(o.changedSince) }) };
    const found = await this.#run(
      () => this.#client.fetchAll(set, { ...query, uid: true }, options),
      IMAP_COMMAND_MS + extraMs,
    );
    // The library calls a folder that it lost an empty one.
    if (!this.usable) throw refused('go on', this.#host);
    // The server may tell of other messages too, without their UIDs.
    return found.filter((m) => m.uid > 0);
  }

  /** Sets and takes away flags, keywords, or with `labels` Gmail's labels. False when the server refuses. */
  async store(uid: number, o: { add: string[]; remove: string[]; labels?: boolean }): Promise<boolean> {
    const options = { uid: true, ...(o.labels && { useLabels: true }) };
    let done = true;
    if (o.add.length > 0)
      done = await this.#done(() => this.#client.messageFlagsAdd(String(uid), o.add, options));
    if (o.remove.length > 0)
      done =
        (await this.#done(() => this.#client.messageFlagsRemove(String(uid), o.remove, options))) && done;
    return done;
  }

  /** One step: RFC 6851. Returns the UID over there, where the server tells. */
  async move(uid: number, path: string): Promise<Landed> {
    const to = await this.#run(() => this.#client.messageMove(String(uid), path, { uid: true }));
    if (!to) throw refused('move a message', this.#host);
    return { uid: to.uidMap?.get(uid) ?? null, uidValidity: to.uidValidity ? String(to.uidValidity) : null };
  }

  async copy(uid: number, path: string): Promise<Landed> {
    const to = await this.#run(() => this.#client.messageCopy(String(uid), path, { uid: true }));
    if (!to) throw refused('copy a message', this.#host);
    return { uid: to.uidMap?.get(uid) ?? null, uidValidity: to.uidValidity ? String(to.uidValidity) : null };
  }

  /** Marks one message as deleted and takes it out, and no other: needs UIDPLUS. */
  async expunge(uid: number): Promise<void> {
    if (!this.has('UIDPLUS')) throw cannotExpunge();
    const done = await this.#done(() => this.#client.messageDelete(String(uid), { uid: true }));
    if (!done) throw refused('delete a message', this.#host);
  }

  /** Returns its UID there, where the server tells. */
  async append(path: string, raw: Uint8Array, flags: string[]): Promise<Landed> {
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    const ms = IMAP_COMMAND_MS + Math.ceil((raw.length / IMAP_SLOWEST_BYTES) * 1000);
    const to = await this.#run(() => this.#client.append(path, bytes, flags), ms);
    if (!to) throw refused('take a message', this.#host);
    return { uid: to.uid ?? null, uidValidity: to.uidValidity ? String(to.uidValidity) : null };
  }

  async create(path: string): Promise<string> {
    return (await this.#run(() => this.#client.mailboxCreate(path))).path;
  }

  async #done(work: () => Promise<boolean>): Promise<boolean> {
    const done = await this.#run(work);
    if (!done && !this.usable) throw refused('go on', this.#host);
    return done;
  }

  /** A command without an answer in time ends the connection: what was sent of it cannot be taken back. */
  #run<T>(work: () => Promise<T>, ms = IMAP_COMMAND_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ms, () => {
        reject(timedOut(this.#host));
        this.#client.close();
      });
      work()
        .then(resolve, (e) => {
          // A process of the server that stumbled once may stumble for ever: another connection gets another one.
          if ((e as { serverResponseCode?: unknown }).serverResponseCode === 'SERVERBUG')
            this.#client.close();
          reject(asAppError(e, this.#server));
        })
        .finally(cancel);
    });
  }
}

/** Where a message came to lie; null where the server does not tell. */
export interface Landed {
  uid: number | null;
  uidValidity: string | null;
}

export const cannotExpunge = (): AppError =>
  new AppError(
    'permanent',
    'imap.cannot-move',
    'This mail server can neither move mail nor delete just one',
    {
      help: 'It lacks MOVE and UIDPLUS, and anything else would also delete what other programs marked. Ask its operator.',
    },
  );
