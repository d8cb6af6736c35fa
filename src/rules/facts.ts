import { RULE_HEADER_CHARS, RULE_TEXT_CHARS } from '#config/limits.ts';
import type { Flag, ParsedMail } from '#mail/message.ts';
import type { Instant } from '#std/time.ts';
import { addressKey, domainOf } from './address-key.ts';
import { type AuthResults, UNKNOWN_AUTH } from './authentication.ts';
import { foldPlain, plainWidth } from './fold.ts';

export interface FactsInput {
  accountId: string;
  /** Already revealed, since conditions match on it. */
  mail: ParsedMail;
  /** Provider label ids. */
  labels: readonly string[];
  flags: readonly Flag[];
  sizeBytes: number;
  receivedAt: Instant;
  /** The user has written to this sender before. */
  knownSender: boolean;
  auth?: AuthResults;
  now: Instant;
}

const NOTHING: readonly string[] = [];

/**
 * What conditions may look at. Everything derived is made at first use and kept, so that ten thousand rules fold a subject
 * once, and rules that never look at the body never pay for it.
 */
export class MessageFacts {
  readonly accountId: string;
  readonly mail: ParsedMail;
  readonly labels: readonly string[];
  readonly flags: readonly Flag[];
  readonly sizeBytes: number;
  readonly receivedAt: Instant;
  readonly knownSender: boolean;
  readonly auth: AuthResults;
  readonly now: Instant;
  #senders: readonly string[] | undefined;
  #senderDomains: readonly string[] | undefined;
  #recipients: readonly string[] | undefined;
  #listIds: readonly string[] | undefined;
  #headers: Map<string, string[]> | undefined;
  #plainHeaders = new Map<string, readonly string[]>();
  #foldedHeaders = new Map<string, string>();
  #subject: string | undefined;
  #foldedSubject: string | undefined;
  #body: string | undefined;
  #foldedBody: string | undefined;
  #language: string | undefined;

  constructor(input: FactsInput) {
    this.accountId = input.accountId;
    this.mail = input.mail;
    this.labels = input.labels;
    this.flags = input.flags;
    this.sizeBytes = input.sizeBytes;
    this.receivedAt = input.receivedAt;
    this.knownSender = input.knownSender;
    this.auth = input.auth ?? UNKNOWN_AUTH;
    this.now = input.now;
  }

  /** Every From mailbox, as compared. */
  get senders(): readonly string[] {
    this.#senders ??= this.mail.from.filter((a) => a.address !== '').map((a) => addressKey(a.address));
    return this.#senders;
  }

  get senderDomains(): readonly string[] {
    this.#senderDomains ??= this.senders.map(domainOf);
    return this.#senderDomains;
  }

  /** To, Cc and Bcc, as compared. */
  get recipients(): readonly string[] {
    this.#recipients ??= [...this.mail.to, ...this.mail.cc, ...this.mail.bcc]
      .filter((a) => a.address !== '')
      .map((a) => addressKey(a.address));
    return this.#recipients;
  }

  /** Every value as it came, by lower-case header name. A Map, since header names come from strangers. */
  get headers(): ReadonlyMap<string, readonly string[]> {
    if (!this.#headers) {
      this.#headers = new Map();
      for (const [name, value] of this.mail.headers) {
        const values = this.#headers.get(name);
        if (values) values.push(value);
        else this.#headers.set(name, [value]);
      }
    }
    return this.#headers;
  }

  /** The values of one header in plain width, each up to the limit. */
  header(name: string): readonly string[] {
    let plain = this.#plainHeaders.get(name);
    if (!plain) {
      plain = this.headers.get(name)?.map((v) => plainWidth(v.slice(0, RULE_HEADER_CHARS))) ?? NOTHING;
      this.#plainHeaders.set(name, plain);
    }
    return plain;
  }

  /** All values of one header, folded, with NUL between them. */
  foldedHeader(name: string): string {
    let folded = this.#foldedHeaders.get(name);
    if (folded === undefined) {
      folded = this.header(name).map(foldPlain).join('\0');
      this.#foldedHeaders.set(name, folded);
    }
    return folded;
  }

  /** The identifiers of List-Id (RFC 2919) in lower case, without the phrase and the brackets. */
  get listIds(): readonly string[] {
    this.#listIds ??= this.header('list-id').map((v) =>
      (/<([^<>]*)>/.exec(v)?.[1] ?? v).trim().toLowerCase(),
    );
    return this.#listIds;
  }

  get subject(): string {
    this.#subject ??= plainWidth(this.mail.subject.slice(0, RULE_HEADER_CHARS));
    return this.#subject;
  }

  get foldedSubject(): string {
    this.#foldedSubject ??= foldPlain(this.subject);
    return this.#foldedSubject;
  }

  /** The whole readable text, up to the limit. */
  get body(): string {
    this.#body ??= plainWidth(this.mail.text.slice(0, RULE_TEXT_CHARS));
    return this.#body;
  }

  get foldedBody(): string {
    this.#foldedBody ??= foldPlain(this.body);
    return this.#foldedBody;
  }

  /** What is new in the message, or all of it when everything is quoted. */
  get newText(): string {
    return this.mail.newText.length > 0 ? this.mail.newText : this.mail.text;
  }

  /** Asks `detect` once, however many rules want to know. */
  language(detect: (text: string) => string): string {
    this.#language ??= detect(this.newText);
    return this.#language;
  }
}
