import type { LazyMail, MailItem } from './mailbox/mail-item.ts';
import { Mailbox } from './mailbox/mailbox.ts';
import type { FakeUser, World } from './world.ts';

/** A message as a test looks at it, past the API. */
export interface SeenMessage {
  id: string;
  threadId: string;
  labels: string[];
  internalMs: number;
  historyId: string;
  subject: string;
  messageId: string;
  raw: Buffer;
}

export interface DeliveryOptions {
  /** Ids or names; a name that is new becomes a label. INBOX and UNREAD when left out. */
  labels?: readonly string[];
  /** When the mailbox received it, in milliseconds since 1970 or as text; now when left out. */
  date?: number | string;
  /** Joins this thread, whatever its references say. */
  threadId?: string;
}

/** What only a test may do: be the user, the other side, the network and time. Everything takes effect at once. */
export class FakeControl {
  readonly world: World;
  readonly #firstHistoryId: bigint;

  constructor(world: World, firstHistoryId: bigint) {
    this.world = world;
    this.#firstHistoryId = firstHistoryId;
  }

  addUser(email: string): FakeUser {
    const address = email.toLowerCase();
    const known = this.world.users.get(address);
    if (known) return known;
    const { random, clock, behaviour, pubsub } = this.world;
    const mailbox = new Mailbox({
      email: address,
      random,
      nowMs: clock.ms,
      firstHistoryId: this.#firstHistoryId,
      labelLimit: behaviour.labelLimit,
      onChange: (labels) => pubsub.changed(user, labels),
    });
    const user: FakeUser = { email: address, mailbox, sentAtMs: [], sendsBlockedUntilMs: 0 };
    this.world.users.set(address, user);
    return user;
  }

  user(email: string): FakeUser {
    const found = this.world.users.get(email.toLowerCase());
    if (!found) throw new Error(`the fake has no user ${email}`);
    return found;
  }

  /** A mail comes in. Returns the id of its message. */
  deliver(email: string, raw: string | Buffer | LazyMail, options: DeliveryOptions = {}): string {
    const { labels = ['INBOX', 'UNREAD'], date, threadId } = options;
    const { mailbox } = this.user(email);
    const source = typeof raw === 'string' ? Buffer.from(raw.replace(/\r?\n/g, '\r\n'), 'utf8') : raw;
    const internalMs = typeof date === 'string' ? Date.parse(date) : (date ?? this.world.clock.ms());
    return mailbox.add({
      source,
      labels: labels.map((one) => this.labelId(email, one)),
      internalMs,
      ...(threadId === undefined ? {} : { threadId }),
    }).id;
  }

  /** The id of a label by its id or name; made when there is none of that name. */
  labelId(email: string, name: string): string {
    const { labels } = this.user(email).mailbox;
    return (labels.byName(name) ?? labels.create({ name })).id;
  }

  deleteLabel(email: string, name: string): void {
    this.user(email).mailbox.deleteLabel(this.labelId(email, name));
  }

  /** The person changes labels in another program. */
  relabel(email: string, id: string, change: { add?: readonly string[]; remove?: readonly string[] }): void {
    const ids = (names: readonly string[] = []): string[] => names.map((one) => this.labelId(email, one));
    this.user(email).mailbox.relabel(this.#item(email, id), {
      add: ids(change.add),
      remove: ids(change.remove),
    });
  }

  /** The person deletes a message for good. */
  delete(email: string, id: string): void {
    const { mailbox } = this.user(email);
    const item = this.#item(email, id);
    mailbox.remove(item);
    for (const draft of mailbox.drafts.values()) if (draft.item === item) mailbox.drafts.delete(draft.id);
  }

  /** undefined: there is no such message. */
  message(email: string, id: string): SeenMessage | undefined {
    const item = this.user(email).mailbox.item(id);
    if (!item) return undefined;
    return {
      id: item.id,
      threadId: item.threadId,
      labels: [...item.labels],
      internalMs: item.internalMs,
      historyId: String(item.historyId),
      subject: item.head.subject,
      messageId: item.head.messageId,
      raw: item.raw(),
    };
  }

  /** Ids, newest first; only those with the label when one is named. */
  messageIds(email: string, label?: string): string[] {
    const id = label === undefined ? undefined : this.labelId(email, label);
    const all = [...this.user(email).mailbox.newestFirst()];
    return all.filter((item) => id === undefined || item.labels.has(id)).map((item) => item.id);
  }

  /** The labels of every message, by its id, newest first. */
  labelsOf(email: string): Map<string, string[]> {
    return new Map([...this.user(email).mailbox.newestFirst()].map((item) => [item.id, [...item.labels]]));
  }

  draftIds(email: string): string[] {
    return [...this.user(email).mailbox.drafts.keys()];
  }

  historyId(email: string): string {
    return String(this.user(email).mailbox.history.current());
  }

  /** Every history id so far no longer works; with `keepMs` the newest records still do. */
  expireHistory(email: string, keepMs = 0): void {
    this.user(email).mailbox.history.expire({ atMs: this.world.clock.ms(), keepMs });
  }

  /** The ids that the mailbox tells as present ones go back by that much; 0 mends it. */
  historyGoesBack(email: string, by: bigint | number): void {
    this.user(email).mailbox.history.goBack(BigInt(by));
  }

  /** Tokens as after a sign-in, without going through one. */
  grant(
    email: string,
    scopes: readonly string[] = ['https://www.googleapis.com/auth/gmail.modify'],
    clientId?: string,
  ): { accessToken: string; refreshToken: string } {
    const { auth } = this.world;
    const client = clientId ?? [...auth.clients.keys()][0] ?? '';
    const of = { email: this.user(email).email, clientId: client, scopes };
    const refresh = auth.refreshToken(of);
    const access = auth.access({ ...of, refreshToken: refresh.token });
    return { accessToken: access.token, refreshToken: refresh.token };
  }

  /** All tokens of the user die, as when the password changes or access is withdrawn. */
  revoke(email: string): void {
    this.world.auth.revokeUser(this.user(email).email);
  }

  /** The user's access tokens end now; refreshing still works. */
  expireAccess(email: string): void {
    this.world.auth.expireAccess(this.user(email).email);
  }

  /** Sends of the user are refused for so long, as after the day's limit. */
  blockSends(email: string, forMs: number): void {
    this.user(email).sendsBlockedUntilMs = this.world.clock.ms() + forMs;
  }

  #item(email: string, id: string): MailItem {
    const item = this.user(email).mailbox.item(id);
    if (!item) throw new Error(`${email} has no message ${id}`);
    return item;
  }
}
