import { RULE_INDEX_WORDS } from '#config/limits.ts';
import { Automaton } from './automaton.ts';
import type { Hint, TextField } from './condition.ts';
import type { MessageFacts } from './facts.ts';

type KeyKind = Exclude<Hint['on'], 'text'>;

/** Positions of rules in the order of judgement, gathered for one message. */
class Candidates {
  /** The message at which each rule was last gathered, so that nothing needs clearing in between. */
  readonly #seenAt: Uint32Array;
  #message = 0;
  list: number[] = [];

  constructor(size: number) {
    this.#seenAt = new Uint32Array(size);
  }

  begin(): void {
    this.list = [];
    if (this.#message === 0xffffffff) {
      this.#seenAt.fill(0);
      this.#message = 0;
    }
    this.#message++;
  }

  add(positions: readonly number[] | undefined): void {
    if (!positions) return;
    for (const p of positions) {
      if (this.#seenAt[p] === this.#message) continue;
      this.#seenAt[p] = this.#message;
      this.list.push(p);
    }
  }
}

class WordIndex {
  readonly #rulesOf: number[][];
  readonly #automaton: Automaton;

  constructor(words: ReadonlyMap<string, number[]>) {
    this.#rulesOf = [...words.values()];
    this.#automaton = new Automaton([...words.keys()]);
  }

  scan(text: string, into: Candidates): void {
    this.#automaton.scan(text, (word) => into.add(this.#rulesOf[word]));
  }
}

type PlainField = Exclude<TextField, `header:${string}`>;

const textOf = (facts: MessageFacts, field: PlainField): string => {
  if (field === 'subject') return facts.foldedSubject;
  if (field === 'body') return facts.foldedBody;
  return facts.senders.join('\0');
};

const HEADER = 'header:';

const put = <K>(map: Map<K, number[]>, key: K, position: number): void => {
  const list = map.get(key);
  if (list) list.push(position);
  else map.set(key, [position]);
};

/**
 * Finds the rules that may be true for a message without trying the others. A candidate may turn out false; a rule that is
 * true is always a candidate.
 */
export class RuleIndex {
  readonly #keys: Record<KeyKind, Map<string, number[]>> = {
    sender: new Map(),
    domain: new Map(),
    recipient: new Map(),
    list: new Map(),
    label: new Map(),
    header: new Map(),
  };
  readonly #texts: { field: PlainField; words: WordIndex }[] = [];
  readonly #headerTexts = new Map<string, WordIndex>();
  readonly #always: number[] = [];
  readonly #accounts = new Map<string, number[]>();
  readonly #candidates: Candidates;

  /** @param anchors by position; null: try on every message, or on every message of `accountOf` that position */
  constructor(anchors: readonly (readonly Hint[] | null)[], accountOf: (position: number) => string | null) {
    this.#candidates = new Candidates(anchors.length);
    const texts = new Map<TextField, Map<string, number[]>>();
    let room = RULE_INDEX_WORDS;
    anchors.forEach((hints, position) => {
      const words = hints?.filter((h) => h.on === 'text').length ?? 0;
      if (hints && words <= room) {
        room -= words;
        for (const hint of hints) this.#place(hint, position, texts);
      } else {
        const account = accountOf(position);
        if (account === null) this.#always.push(position);
        else put(this.#accounts, account, position);
      }
    });
    for (const [field, words] of texts) {
      if (field.startsWith(HEADER)) this.#headerTexts.set(field.slice(HEADER.length), new WordIndex(words));
      else this.#texts.push({ field: field as PlainField, words: new WordIndex(words) });
    }
  }

  #place(hint: Hint, position: number, texts: Map<TextField, Map<string, number[]>>): void {
    if (hint.on !== 'text') {
      put(this.#keys[hint.on], hint.key, position);
      return;
    }
    let words = texts.get(hint.field);
    if (!words) {
      words = new Map();
      texts.set(hint.field, words);
    }
    put(words, hint.word, position);
  }

  /** How many rules no index helps with. */
  get unindexed(): number {
    return this.#always.length;
  }

  /** Positions of the rules that may be true, in the order of judgement. */
  candidates(facts: MessageFacts): number[] {
    const into = this.#candidates;
    const keys = this.#keys;
    into.begin();
    into.add(this.#always);
    into.add(this.#accounts.get(facts.accountId));
    for (const sender of facts.senders) into.add(keys.sender.get(sender));
    if (keys.domain.size > 0) for (const domain of facts.senderDomains) this.#domains(domain);
    if (keys.recipient.size > 0) for (const r of facts.recipients) into.add(keys.recipient.get(r));
    if (keys.list.size > 0) for (const id of facts.listIds) into.add(keys.list.get(id));
    for (const label of facts.labels) into.add(keys.label.get(label));
    for (const { field, words } of this.#texts) words.scan(textOf(facts, field), into);
    if (keys.header.size > 0 || this.#headerTexts.size > 0) this.#headers(facts);
    return into.list.sort((a, b) => a - b);
  }

  /** By the headers that the message has, since rules may name thousands that it has not. */
  #headers(facts: MessageFacts): void {
    for (const name of facts.headers.keys()) {
      this.#candidates.add(this.#keys.header.get(name));
      this.#headerTexts.get(name)?.scan(facts.foldedHeader(name), this.#candidates);
    }
  }

  /** The domain and each one above it. */
  #domains(domain: string): void {
    for (let rest = domain; ; ) {
      this.#candidates.add(this.#keys.domain.get(rest));
      const dot = rest.indexOf('.');
      if (dot < 0) return;
      rest = rest.slice(dot + 1);
    }
  }
}
