import { ApiError, invalid, notFound } from '#test/fakes/gmail/api/api-error.ts';
import { LABEL_COLOURS } from './label-colours.ts';

export interface LabelColour {
  textColor: string;
  backgroundColor: string;
}

export interface Label {
  id: string;
  name: string;
  type: 'system' | 'user';
  messageListVisibility?: string;
  labelListVisibility?: string;
  color?: LabelColour;
}

export interface LabelWish {
  name?: unknown;
  messageListVisibility?: unknown;
  labelListVisibility?: unknown;
  color?: unknown;
}

const SYSTEM = [
  'CHAT',
  'SENT',
  'INBOX',
  'IMPORTANT',
  'TRASH',
  'DRAFT',
  'SPAM',
  'CATEGORY_FORUMS',
  'CATEGORY_UPDATES',
  'CATEGORY_PERSONAL',
  'CATEGORY_PROMOTIONS',
  'CATEGORY_SOCIAL',
  'STARRED',
  'UNREAD',
] as const;

/** Names that a person can't give, in lower case: the system's, and the words of its folders. */
const RESERVED = new Set([
  ...SYSTEM.map((one) => one.toLowerCase()),
  'drafts',
  'all mail',
  'snoozed',
  'scheduled',
  'chats',
  'read',
  'archive',
]);

/** Put on and taken off by Gmail alone. */
const UNTOUCHABLE = new Set(['SENT', 'DRAFT', 'CHAT']);

const LIST_VISIBILITY = new Set(['labelShow', 'labelShowIfUnread', 'labelHide']);
const MESSAGE_VISIBILITY = new Set(['show', 'hide']);
const NAME_CHARS = 225;

const colourOf = (wish: unknown): LabelColour => {
  const { textColor, backgroundColor } = (wish ?? {}) as Partial<LabelColour>;
  if (typeof textColor !== 'string' || typeof backgroundColor !== 'string') {
    throw invalid('Both text and background color are required.');
  }
  for (const one of [textColor, backgroundColor]) {
    if (!LABEL_COLOURS.has(one)) throw invalid(`Label color ${one} is not on the allowed color palette`);
  }
  return { textColor, backgroundColor };
};

const choice = (value: unknown, from: ReadonlySet<string>, name: string): string => {
  if (typeof value === 'string' && from.has(value)) return value;
  throw invalid(`Invalid value at '${name}'`);
};

/** The labels of one mailbox. */
export class LabelBook {
  readonly #labels = new Map<string, Label>();
  readonly #limit: number;
  #next = 1;

  constructor(limit: number) {
    this.#limit = limit;
    for (const id of SYSTEM) this.#labels.set(id, { id, name: id, type: 'system' });
  }

  all(): Label[] {
    return [...this.#labels.values()];
  }

  has(id: string): boolean {
    return this.#labels.has(id);
  }

  get(id: string): Label {
    const found = this.#labels.get(id);
    if (!found) throw notFound();
    return found;
  }

  byName(name: string): Label | undefined {
    const wanted = name.toLowerCase();
    return this.all().find((one) => one.name.toLowerCase() === wanted || one.id.toLowerCase() === wanted);
  }

  create(wish: LabelWish): Label {
    const name = this.#freeName(wish.name);
    if (this.all().filter((one) => one.type === 'user').length >= this.#limit) {
      throw new ApiError({ code: 400, reason: 'invalidArgument', message: 'Too many labels' });
    }
    const label: Label = { id: `Label_${this.#next++}`, name, type: 'user' };
    this.#dress(label, { messageListVisibility: 'show', labelListVisibility: 'labelShow', ...wish });
    this.#labels.set(label.id, label);
    return label;
  }

  change(id: string, wish: LabelWish): Label {
    const label = this.#userLabel(id);
    const changed = { ...label };
    if (wish.name !== undefined) changed.name = this.#freeName(wish.name, id);
    this.#dress(changed, wish);
    this.#labels.set(id, changed);
    return changed;
  }

  delete(id: string): void {
    this.#userLabel(id);
    this.#labels.delete(id);
  }

  /** Throws unless a caller of the API may put the label on or take it off. */
  checkTouchable(id: unknown): string {
    if (typeof id !== 'string' || !this.#labels.has(id) || UNTOUCHABLE.has(id)) {
      throw invalid(`Invalid label: ${String(id)}`);
    }
    return id;
  }

  #userLabel(id: string): Label {
    const label = this.get(id);
    if (label.type === 'system') throw invalid('Cannot modify or delete a system label');
    return label;
  }

  #freeName(wish: unknown, except?: string): string {
    const name = typeof wish === 'string' ? wish.trim() : '';
    if (
      name === '' ||
      name.length > NAME_CHARS ||
      RESERVED.has(name.toLowerCase()) ||
      /^\/|\/$|\/\//.test(name)
    ) {
      throw invalid('Invalid label name');
    }
    const other = this.byName(name);
    if (other && other.id !== except) {
      throw new ApiError({ code: 409, reason: 'aborted', message: 'Label name exists or conflicts' });
    }
    return name;
  }

  #dress(label: Label, wish: LabelWish): void {
    if (wish.messageListVisibility !== undefined) {
      label.messageListVisibility = choice(
        wish.messageListVisibility,
        MESSAGE_VISIBILITY,
        'label.message_list_visibility',
      );
    }
    if (wish.labelListVisibility !== undefined) {
      label.labelListVisibility = choice(
        wish.labelListVisibility,
        LIST_VISIBILITY,
        'label.label_list_visibility',
      );
    }
    if (wish.color !== undefined) label.color = colourOf(wish.color);
  }
}
