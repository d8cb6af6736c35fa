import { decodeWords } from '#test/fakes/gmail/mime/encoded-words.ts';
import { type HeaderLine, headerOf, splitHead } from '#test/fakes/gmail/mime/header-lines.ts';
import { type Part, parsePart } from '#test/fakes/gmail/mime/part.ts';
import { searchTextOf, snippetOf } from '#test/fakes/gmail/mime/snippet.ts';

/** What joining threads and looking up ids need; known without building the whole mail. */
export interface MailHead {
  /** Without angle brackets; empty when the mail has none. */
  messageId: string;
  /** In-Reply-To and References, without angle brackets. */
  references: string[];
  subject: string;
}

/** A mail that is built only when somebody reads it. */
export interface LazyMail {
  head: MailHead;
  raw(): Buffer;
}

/** What a search compares, in lower case. */
export interface SearchHeaders {
  from: string;
  to: string;
  cc: string;
  bcc: string;
  subject: string;
  list: string;
  deliveredTo: string;
}

export interface PastLabels {
  untilMs: number;
  labels: readonly string[];
  historyId: bigint;
}

const PAST_KEPT = 8;

export const idsIn = (value: string | undefined): string[] =>
  [...(value ?? '').matchAll(/<([^<>\s]+)>/g)].map((match) => match[1] ?? '');

export const headOf = (headers: readonly HeaderLine[]): MailHead => ({
  messageId: idsIn(headerOf(headers, 'message-id'))[0] ?? '',
  references: [
    ...new Set([...idsIn(headerOf(headers, 'references')), ...idsIn(headerOf(headers, 'in-reply-to'))]),
  ],
  subject: decodeWords(headerOf(headers, 'subject') ?? ''),
});

const filenamesIn = (part: Part): string[] => [
  ...(part.filename ? [part.filename.toLowerCase()] : []),
  ...part.parts.flatMap(filenamesIn),
];

/** One message of a mailbox. Its bytes never change; its labels do. */
export class MailItem {
  readonly id: string;
  readonly threadId: string;
  readonly head: MailHead;
  readonly internalMs: number;
  /** When the mailbox got it by the fake's clock: what a lagging index or a stale read goes by. */
  readonly arrivedMs: number;
  readonly labels: Set<string>;
  historyId: bigint;
  gone = false;
  /** Earlier states, oldest first. */
  readonly past: PastLabels[] = [];
  readonly #source: Buffer | LazyMail;
  #snippet: string | undefined;
  #size: number | undefined;
  #search: SearchHeaders | undefined;
  #filenames: string[] | undefined;

  constructor(of: {
    id: string;
    threadId: string;
    source: Buffer | LazyMail;
    head: MailHead;
    internalMs: number;
    arrivedMs: number;
    labels: Iterable<string>;
    historyId: bigint;
  }) {
    this.id = of.id;
    this.threadId = of.threadId;
    this.head = of.head;
    this.internalMs = of.internalMs;
    this.arrivedMs = of.arrivedMs;
    this.labels = new Set(of.labels);
    this.historyId = of.historyId;
    this.#source = of.source;
  }

  raw(): Buffer {
    return Buffer.isBuffer(this.#source) ? this.#source : this.#source.raw();
  }

  root(): Part {
    return parsePart(this.raw());
  }

  headers(): HeaderLine[] {
    return splitHead(this.raw()).headers;
  }

  /** `root` spares a second look at the bytes when the caller has them in parts. */
  snippet(root?: Part): string {
    this.#snippet ??= snippetOf(root ?? this.root());
    return this.#snippet;
  }

  sizeBytes(): number {
    this.#size ??= this.raw().length;
    return this.#size;
  }

  search(): SearchHeaders {
    if (this.#search) return this.#search;
    const headers = this.headers();
    const of = (name: string): string => decodeWords(headerOf(headers, name) ?? '').toLowerCase();
    this.#search = {
      from: of('from'),
      to: of('to'),
      cc: of('cc'),
      bcc: of('bcc'),
      subject: of('subject'),
      list: of('list-id'),
      deliveredTo: of('delivered-to'),
    };
    return this.#search;
  }

  /** Names of the attached files, in lower case. */
  filenames(): readonly string[] {
    this.#filenames ??= filenamesIn(this.root());
    return this.#filenames;
  }

  searchText(): string {
    return searchTextOf(this.root()).toLowerCase();
  }

  /** Keeps the present labels as past ones; call it before they change. */
  remember(atMs: number): void {
    this.past.push({ untilMs: atMs, labels: [...this.labels], historyId: this.historyId });
    if (this.past.length > PAST_KEPT) this.past.shift();
  }

  /** Labels and history id as they were at that moment. */
  stateAt(atMs: number): { labels: readonly string[]; historyId: bigint } {
    const then = this.past.find((one) => one.untilMs > atMs);
    return then ?? { labels: [...this.labels], historyId: this.historyId };
  }
}
