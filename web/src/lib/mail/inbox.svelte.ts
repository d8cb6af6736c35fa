import { api } from '#lib/api/client.ts';
import type { Id, Thread, ThreadQuery, ThreadSummary } from '#lib/api/types.ts';
import { PagedResource } from '#lib/resource.svelte.ts';
import { toasts } from '#lib/toasts.svelte.ts';
import { goto } from '$app/navigation';
import { page } from '$app/state';

const PAGE_SIZE = 50;

/** The thread list beside the reading pane. Its filter lives in the address, so that back and reload keep it. */
export class InboxList {
  readonly threads: PagedResource<ThreadSummary>;
  /** The row the keyboard is on. */
  cursor = $state<Id | null>(null);

  constructor() {
    this.threads = new PagedResource<ThreadSummary>({
      key: () => this.filterKey,
      load: (cursor, signal) => api.threads({ ...this.#query(), cursor, limit: PAGE_SIZE }, signal),
      topics: ['messages', 'actions'],
    });
  }

  get label(): string {
    return page.url.searchParams.get('label') ?? 'inbox';
  }

  get q(): string {
    return page.url.searchParams.get('q') ?? '';
  }

  get filterKey(): string {
    return `${this.label}\n${this.q}`;
  }

  #query(): ThreadQuery {
    const [account, label] = this.label.split(/\/(.*)/s);
    const q = this.q || undefined;
    if (this.label === '') return { q };
    return label === undefined ? { q, label: this.label } : { q, accountId: account, label };
  }

  href(id: Id): string {
    return `/inbox/${id}${page.url.search}`;
  }

  /** Searching leaves the label alone, except that a search from the inbox looks through all mail. */
  async filter(change: { label?: string; q?: string }): Promise<void> {
    const params = new URLSearchParams(page.url.search);
    params.delete('focus');
    for (const [name, value] of Object.entries(change)) params.set(name, value);
    if (change.q === '') params.delete('q');
    if (change.q && !page.url.searchParams.has('label')) params.set('label', '');
    await goto(`/inbox?${params}`, { reset: false });
  }

  /** Moves the focus to the next (1) or previous (-1) row; an open thread follows. */
  async step(by: 1 | -1): Promise<void> {
    const items = this.threads.items;
    const at = items.findIndex((item) => item.id === (this.cursor ?? page.params.id));
    const next = items[at === -1 ? 0 : at + by];
    if (!next) return;
    this.cursor = next.id;
    if (page.params.id) await goto(this.href(next.id), { reset: false, replace: true });
    document.querySelector<HTMLElement>(`[data-row="${next.id}"]`)?.focus();
  }

  /** Runs a command on the thread under the cursor and takes it out of the list where that is what it does. */
  async run(command: (thread: Thread) => Promise<boolean>, leaves: boolean): Promise<void> {
    const id = this.cursor ?? page.params.id;
    if (!id) return;
    try {
      const thread = await api.thread(id);
      if ((await command(thread)) && leaves) await this.leave(id);
    } catch (error) {
      toasts.fail('That didn’t work.', error);
    }
  }

  /** Takes a thread out of the list at once and moves on to its neighbour. */
  async leave(id: Id): Promise<void> {
    const items = this.threads.items;
    const at = items.findIndex((item) => item.id === id);
    const neighbour = items[at + 1] ?? items[at - 1];
    if (this.label !== '') this.threads.hide(new Set([id]));
    this.cursor = neighbour?.id ?? null;
    if (page.params.id !== id) return;
    await goto(
      neighbour && matchMedia('(min-width: 64rem)').matches
        ? this.href(neighbour.id)
        : `/inbox${page.url.search}`,
    );
  }
}
