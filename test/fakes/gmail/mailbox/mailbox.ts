import { headerOf, splitHead } from '#test/fakes/gmail/mime/header-lines.ts';
import type { SeededRandom } from '#test/fakes/gmail/seeded-random.ts';
import { HistoryLog, type HistoryType } from './history-log.ts';
import { LabelBook } from './label-book.ts';
import { headOf, type LazyMail, type MailHead, MailItem } from './mail-item.ts';
import { type Place, TimeOrder } from './time-order.ts';

export interface Draft {
  id: string;
  item: MailItem;
  /** What the caller asked for; a send goes by it. */
  threadId: string | undefined;
}

export interface Arrival {
  source: Buffer | LazyMail;
  labels: readonly string[];
  internalMs?: number;
  /** The thread that it joins; null begins a new one; left out, its references decide. */
  threadId?: string | null;
}

interface MailboxNeeds {
  email: string;
  random: SeededRandom;
  nowMs: () => number;
  firstHistoryId: bigint;
  labelLimit: number;
  /** Called after each change, with the labels that it touched. */
  onChange: (labels: readonly string[]) => void;
}

/** The mail of one user, in memory, with the indexes that make big mailboxes quick. */
export class Mailbox {
  readonly email: string;
  readonly labels: LabelBook;
  readonly history: HistoryLog;
  readonly drafts = new Map<string, Draft>();
  readonly #items = new Map<string, MailItem>();
  readonly #threads = new Map<string, Set<MailItem>>();
  readonly #byMessageId = new Map<string, Set<MailItem>>();
  readonly #byLabel = new Map<string, Set<MailItem>>();
  readonly #order = new TimeOrder();
  readonly #needs: MailboxNeeds;
  #serial = 0;

  constructor(needs: MailboxNeeds) {
    this.email = needs.email;
    this.#needs = needs;
    this.labels = new LabelBook(needs.labelLimit);
    this.history = new HistoryLog(needs.firstHistoryId, needs.random);
  }

  get size(): number {
    return this.#items.size;
  }

  get threadCount(): number {
    return this.#threads.size;
  }

  item(id: string): MailItem | undefined {
    return this.#items.get(id);
  }

  thread(threadId: string): MailItem[] {
    return [...(this.#threads.get(threadId) ?? [])].sort((a, b) => a.internalMs - b.internalMs);
  }

  withLabel(labelId: string): ReadonlySet<MailItem> {
    return this.#byLabel.get(labelId) ?? new Set();
  }

  withMessageId(messageId: string): ReadonlySet<MailItem> {
    return this.#byMessageId.get(messageId) ?? new Set();
  }

  /** Newest first. */
  newestFirst(after?: Place): Iterable<MailItem> {
    return this.#order.newestFirst(after);
  }

  /** A fresh id of 16 hexadecimal digits that grows with time, as message ids do. */
  newId(): string {
    this.#serial += 1 + this.#needs.random.below(900);
    return (0x18c0_0000_0000_0000n + BigInt(this.#needs.nowMs() % 2 ** 40) * 4096n + BigInt(this.#serial))
      .toString(16)
      .padStart(16, '0');
  }

  add(arrival: Arrival): MailItem {
    const { source } = arrival;
    const head = Buffer.isBuffer(source) ? headOf(splitHead(source).headers) : source.head;
    const nowMs = this.#needs.nowMs();
    let id = this.newId();
    while (this.#items.has(id)) id = this.newId();
    const joined = arrival.threadId === undefined ? this.#threadByReferences(head) : arrival.threadId;
    const item = new MailItem({
      id,
      threadId: joined ?? id,
      source,
      head,
      internalMs: arrival.internalMs ?? this.#dateOf(source) ?? nowMs,
      arrivedMs: nowMs,
      labels: arrival.labels,
      historyId: 0n,
    });
    this.#index(item);
    this.#record(item, 'messageAdded', [...item.labels]);
    return item;
  }

  /** Returns what really changed. */
  relabel(
    item: MailItem,
    change: { add: readonly string[]; remove: readonly string[] },
  ): {
    added: string[];
    removed: string[];
  } {
    const added = change.add.filter((one) => !item.labels.has(one));
    const removed = change.remove.filter((one) => item.labels.has(one));
    if (added.length > 0 || removed.length > 0) item.remember(this.#needs.nowMs());
    for (const one of added) this.#put(item, one);
    if (added.length > 0) this.#record(item, 'labelAdded', added);
    for (const one of removed) this.#take(item, one);
    if (removed.length > 0) this.#record(item, 'labelRemoved', removed);
    return { added, removed };
  }

  remove(item: MailItem): void {
    if (!this.#items.delete(item.id)) return;
    item.gone = true;
    this.#order.removed();
    const thread = this.#threads.get(item.threadId);
    thread?.delete(item);
    if (thread?.size === 0) this.#threads.delete(item.threadId);
    this.#byMessageId.get(item.head.messageId)?.delete(item);
    for (const label of item.labels) this.#byLabel.get(label)?.delete(item);
    this.#record(item, 'messageDeleted', [...item.labels]);
  }

  deleteLabel(labelId: string): void {
    this.labels.delete(labelId);
    // As far as is known, history tells nothing of a label that goes as a whole.
    for (const item of this.#byLabel.get(labelId) ?? []) item.labels.delete(labelId);
    this.#byLabel.delete(labelId);
    this.history.nextId();
    this.#needs.onChange([labelId]);
  }

  /** The thread of a mail that somebody sends into `threadId`: that one only if references and subject fit. */
  threadForSending(threadId: string, head: MailHead): string | undefined {
    const base = (subject: string): string =>
      subject
        .replace(/^(\s*(re|fwd?|aw|wg|antw)\s*:)+/i, '')
        .replace(/\s+/g, ' ')
        .trim()
        .toLowerCase();
    const fits = this.thread(threadId).some(
      (one) => head.references.includes(one.head.messageId) && base(one.head.subject) === base(head.subject),
    );
    return fits ? threadId : undefined;
  }

  #threadByReferences(head: MailHead): string | undefined {
    for (const id of head.references) {
      for (const item of this.#byMessageId.get(id) ?? []) return item.threadId;
    }
    return undefined;
  }

  #dateOf(source: Buffer | LazyMail): number | undefined {
    const raw = Buffer.isBuffer(source) ? source : source.raw();
    const parsed = Date.parse(headerOf(splitHead(raw).headers, 'date') ?? '');
    return Number.isNaN(parsed) ? undefined : Math.min(parsed, this.#needs.nowMs());
  }

  #index(item: MailItem): void {
    this.#items.set(item.id, item);
    this.#order.add(item);
    const thread = this.#threads.get(item.threadId);
    if (thread) thread.add(item);
    else this.#threads.set(item.threadId, new Set([item]));
    const { messageId } = item.head;
    if (messageId) {
      const same = this.#byMessageId.get(messageId);
      if (same) same.add(item);
      else this.#byMessageId.set(messageId, new Set([item]));
    }
    for (const label of item.labels) this.#put(item, label);
  }

  #put(item: MailItem, label: string): void {
    item.labels.add(label);
    const all = this.#byLabel.get(label);
    if (all) all.add(item);
    else this.#byLabel.set(label, new Set([item]));
  }

  #take(item: MailItem, label: string): void {
    item.labels.delete(label);
    this.#byLabel.get(label)?.delete(item);
  }

  #record(item: MailItem, type: HistoryType, labels: readonly string[]): void {
    item.historyId = this.history.add({
      atMs: this.#needs.nowMs(),
      type,
      messageId: item.id,
      threadId: item.threadId,
      labels,
      labelsAfter: [...item.labels],
    });
    this.#needs.onChange([...labels, ...item.labels]);
  }
}
