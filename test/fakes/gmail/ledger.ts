export type EffectKind =
  | 'send'
  | 'draft-create'
  | 'draft-update'
  | 'draft-delete'
  | 'insert'
  | 'labels'
  | 'trash'
  | 'untrash'
  | 'delete'
  | 'label-create'
  | 'label-change'
  | 'label-delete'
  | 'watch'
  | 'stop'
  | 'token'
  | 'revoke';

/** One thing that a caller changed. Holds no text of a mail. */
export interface Effect {
  /** From 1, in the order in which they happened. */
  seq: number;
  at: string;
  kind: EffectKind;
  user: string;
  method: string;
  messageId?: string;
  threadId?: string;
  draftId?: string;
  labelId?: string;
  /** The X-Op-Id header of a mail. */
  opId?: string;
  to?: string;
  subject?: string;
  /** The Message-ID as the sender wrote it, and as it went out. */
  givenMessageId?: string;
  sentMessageId?: string;
  added?: readonly string[];
  removed?: readonly string[];
  /** The caller never learned of it: the answer was withheld or spoiled. */
  withheld?: true;
}

export type NewEffect = Omit<Effect, 'seq' | 'at'>;

/** Every effect that callers had, for a checker to compare with what they believe. */
export class Ledger {
  readonly #effects: Effect[] = [];
  readonly #iso: () => string;

  constructor(iso: () => string) {
    this.#iso = iso;
  }

  get length(): number {
    return this.#effects.length;
  }

  add(effect: NewEffect): void {
    this.#effects.push({ seq: this.#effects.length + 1, at: this.#iso(), ...effect });
  }

  /** Marks what was added since `from` as unknown to the caller. */
  withhold(from: number): void {
    for (const effect of this.#effects.slice(from)) effect.withheld = true;
  }

  entries(of: { kind?: EffectKind; user?: string; opId?: string } = {}): readonly Effect[] {
    return this.#effects.filter(
      (one) =>
        (of.kind === undefined || one.kind === of.kind) &&
        (of.user === undefined || one.user === of.user) &&
        (of.opId === undefined || one.opId === of.opId),
    );
  }

  /** Every mail that went out. */
  sends(user?: string): readonly Effect[] {
    return this.entries(user === undefined ? { kind: 'send' } : { kind: 'send', user });
  }

  clear(): void {
    this.#effects.length = 0;
  }
}
