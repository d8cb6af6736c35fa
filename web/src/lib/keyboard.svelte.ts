import { keepChoice, readChoice } from './storage.ts';

/** How long after `g` the second key counts, in milliseconds. */
const SEQUENCE_MS = 1_500;

export interface Shortcut {
  /** One key as `KeyboardEvent.key` names it, or two separated by a space: `g i`. */
  keys: string;
  run: (event: KeyboardEvent) => void;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('textarea, select, input:not([type="checkbox"], [type="radio"])'));

/** Enter and space belong to the control that has the focus. */
const ownsKey = (target: EventTarget | null, key: string): boolean =>
  (key === 'Enter' || key === ' ') &&
  target instanceof HTMLElement &&
  target.closest('a, button, summary, input') !== null;

class Keyboard {
  /** Single keys can be turned off, for people whose tools type by themselves (WCAG 2.1.4). */
  enabled = $state(readChoice('shortcuts') !== 'off');
  #shortcuts: Shortcut[] = [];
  #first: { key: string; at: number } | null = null;

  setEnabled(enabled: boolean): void {
    this.enabled = enabled;
    keepChoice('shortcuts', enabled ? null : 'off');
  }

  /** Adds shortcuts; the latest wins a shared key. Returns how to remove them, so it fits `$effect`. */
  add(shortcuts: Shortcut[]): () => void {
    this.#shortcuts = [...this.#shortcuts, ...shortcuts];
    return () => {
      this.#shortcuts = this.#shortcuts.filter((shortcut) => !shortcuts.includes(shortcut));
    };
  }

  handle(event: KeyboardEvent): void {
    if (!this.enabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || ownsKey(event.target, event.key) || document.querySelector('dialog[open]'))
      return;
    const first = this.#first && event.timeStamp - this.#first.at < SEQUENCE_MS ? this.#first.key : null;
    this.#first = null;
    const keys = first ? `${first} ${event.key}` : event.key;
    const match = this.#shortcuts.findLast((shortcut) => shortcut.keys === keys);
    if (match) {
      event.preventDefault();
      match.run(event);
    } else if (this.#shortcuts.some((shortcut) => shortcut.keys.startsWith(`${event.key} `))) {
      this.#first = { key: event.key, at: event.timeStamp };
    }
  }
}

export const keyboard = new Keyboard();
