import { GMAIL_LABEL_CHARS, GMAIL_LABELS_MS } from '#config/limits-gmail.ts';
import type { RemoteLabel } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { type LabelAnswer, labelAnswer, labelList } from './answers.ts';
import { readOnly } from './read-only.ts';
import type { Rest } from './rest.ts';
import { isOurs, ROLES } from './state.ts';

/** Those of Gmail's own labels that have a role, as its web page calls them. */
const TITLES: Readonly<Record<string, string>> = {
  INBOX: 'Inbox',
  SENT: 'Sent',
  DRAFT: 'Drafts',
  SPAM: 'Spam',
  TRASH: 'Trash',
};

const remoteLabel = ({ id, name }: LabelAnswer): RemoteLabel => ({
  id,
  name: TITLES[id] ?? name,
  role: ROLES[id] ?? null,
});

const key = (name: string): string => name.normalize('NFC').trim().toLowerCase();

/** What was last seen of an account's labels. */
export interface SeenLabels {
  known?: { ids: ReadonlySet<string>; at: number } | undefined;
}

/** The labels of one account. */
export class Labels {
  readonly #rest: Rest;
  readonly #clock: Clock;
  readonly #seen: SeenLabels;

  constructor(rest: Rest, clock: Clock, seen: SeenLabels) {
    this.#rest = rest;
    this.#clock = clock;
    this.#seen = seen;
  }

  async list(): Promise<RemoteLabel[]> {
    const { labels } = await this.#rest.ask(
      { method: 'labels.list', verb: 'GET', path: '/labels' },
      labelList,
    );
    this.#seen.known = { ids: new Set(labels.map((label) => label.id).filter(isOurs)), at: this.#clock.ms() };
    return labels.filter(({ id }) => isOurs(id)).map(remoteLabel);
  }

  /** Gmail compares names without case, and a `/` nests. */
  async ensure(name: string, mayMake: boolean): Promise<RemoteLabel> {
    const wanted = checkedName(name);
    const found = async (): Promise<RemoteLabel | undefined> => {
      const all = await this.list();
      return all.find((label) => key(label.name) === key(wanted) || key(label.id) === key(wanted));
    };
    const there = await found();
    if (there) return there;
    if (!mayMake) throw readOnly();
    try {
      const made = await this.#rest.ask(
        {
          method: 'labels.create',
          verb: 'POST',
          path: '/labels',
          body: { name: wanted, labelListVisibility: 'labelShow', messageListVisibility: 'show' },
        },
        labelAnswer,
      );
      this.#seen.known = undefined;
      return remoteLabel(made);
    } catch (e) {
      // Somebody else was quicker, or the answer to our own call was lost.
      const now = mayBeThere(e) ? await found() : undefined;
      if (now) return now;
      throw e instanceof AppError && e.code === 'mail.bad-request' ? refusedName(wanted) : e;
    }
  }

  /** Throws `permanent` when one of these does not exist. */
  async check(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const known = this.#seen.known;
    if (known && this.#clock.ms() - known.at < GMAIL_LABELS_MS && ids.every((id) => known.ids.has(id)))
      return;
    await this.list();
    const unknown = ids.some((id) => !this.#seen.known?.ids.has(id));
    if (!unknown) return;
    throw new AppError('permanent', 'mail.unknown-label', 'The mailbox has no such label', {
      help: 'Choose a label that exists, or make it first.',
    });
  }
}

const mayBeThere = (e: unknown): boolean =>
  e instanceof AppError && (e.kind === 'conflict' || e.kind === 'transient' || e.code === 'mail.bad-request');

const checkedName = (name: string): string => {
  const parts = name.split('/').map((part) => part.trim());
  const clean = parts.join('/');
  const bad = parts.some((part) => part === '') || clean.length > GMAIL_LABEL_CHARS || /\p{Cc}/u.test(clean);
  if (bad) throw refusedName(clean.slice(0, GMAIL_LABEL_CHARS));
  return clean;
};

const refusedName = (name: string): AppError =>
  new AppError('input', 'mail.bad-label-name', `Gmail takes no label with the name "${name}"`, {
    help: `A name has 1 to ${GMAIL_LABEL_CHARS} characters, is none of Gmail's own, and has text on each side of every "/".`,
  });
