import { ApiError } from './api/client.ts';

/** How long a toast stays, in milliseconds. Longer when it offers something; hovering or focusing it stops the clock. */
const PLAIN_MS = 5_000;
const WITH_ACTION_MS = 10_000;
const MOST_TOASTS = 3;

export interface Toast {
  id: number;
  text: string;
  detail: string | null;
  tone: 'plain' | 'bad';
  action: { label: string; run: () => void } | null;
}

class Toasts {
  items = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, options: Partial<Pick<Toast, 'detail' | 'tone' | 'action'>> = {}): number {
    const toast: Toast = { id: this.#next++, text, detail: null, tone: 'plain', action: null, ...options };
    this.items = [...this.items, toast].slice(-MOST_TOASTS);
    this.resume(toast.id);
    return toast.id;
  }

  /** Says what failed and what to do next. */
  fail(what: string, error: unknown): void {
    const detail =
      error instanceof ApiError ? `${error.message} ${error.help}` : 'Reload the page and try again.';
    this.show(what, { detail, tone: 'bad' });
  }

  close(id: number): void {
    this.pause(id);
    this.items = this.items.filter((toast) => toast.id !== id);
  }

  pause(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(id: number): void {
    this.pause(id);
    const toast = this.items.find((item) => item.id === id);
    if (!toast) return;
    const stay = toast.action || toast.tone === 'bad' ? WITH_ACTION_MS : PLAIN_MS;
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), stay),
    );
  }
}

export const toasts = new Toasts();
