import { untrack } from 'svelte';
import { ApiError } from './api/client.ts';
import type { Page, Topic } from './api/types.ts';
import { live } from './live.svelte.ts';

const toApiError = (error: unknown): ApiError =>
  error instanceof ApiError
    ? error
    : new ApiError({
        status: 0,
        code: 'app.unexpected',
        detail: error instanceof Error ? error.message : String(error),
      });

interface Source<T> {
  /** What the data is about, from reactive state. A new key drops the old data and loads again. */
  key?: () => unknown;
  /** May run again at any time; must not depend on anything but `key`. */
  load: (signal: AbortSignal) => Promise<T>;
  /** Changes that make the data stale. */
  topics?: readonly Topic[];
}

/** Something loaded from the API, kept while it is refreshed. Made during a component's start; lives as long as it. */
export class Resource<T> {
  data = $state.raw<T | undefined>();
  error = $state.raw<ApiError | null>(null);
  loading = $state(true);
  #source: Source<T>;
  #abort = new AbortController();

  constructor(source: Source<T>) {
    this.#source = source;
    $effect(() => {
      source.key?.();
      untrack(() => {
        this.data = undefined;
        void this.reload();
      });
      return () => this.#abort.abort();
    });
    $effect(() => live.on(source.topics ?? [], () => void this.reload()));
  }

  /** Asks again. Data stays visible meanwhile; an older answer never overwrites a newer one. */
  async reload(): Promise<void> {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.loading = true;
    try {
      const data = await this.#source.load(abort.signal);
      if (abort.signal.aborted) return;
      this.data = this.merge(data);
      this.error = null;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.error = toApiError(error);
    }
    this.loading = false;
  }

  protected merge(fresh: T): T {
    return fresh;
  }
}

interface PagedSource<T> {
  key?: () => unknown;
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;
  topics?: readonly Topic[];
}

/** A keyset-paged list. A refresh renews the first page and keeps what was loaded below it. */
export class PagedResource<T extends { id: string }> extends Resource<Page<T>> {
  loadingMore = $state(false);
  #paged: PagedSource<T>;

  constructor(source: PagedSource<T>) {
    super({ ...source, load: (signal) => source.load(undefined, signal) });
    this.#paged = source;
  }

  get items(): T[] {
    return this.data?.items ?? [];
  }

  get hasMore(): boolean {
    return this.data?.next !== null && this.data !== undefined;
  }

  async more(): Promise<void> {
    const before = this.data;
    if (!before || before.next === null || this.loadingMore) return;
    this.loadingMore = true;
    try {
      const page = await this.#paged.load(before.next, new AbortController().signal);
      if (this.data !== before) return;
      const seen = new Set(before.items.map((item) => item.id));
      this.data = {
        items: [...before.items, ...page.items.filter((item) => !seen.has(item.id))],
        next: page.next,
      };
    } catch (error) {
      this.error = toApiError(error);
    } finally {
      this.loadingMore = false;
    }
  }

  /** Takes items out at once, before the server has said so. */
  hide(ids: ReadonlySet<string>): void {
    if (this.data) this.data = { ...this.data, items: this.items.filter((item) => !ids.has(item.id)) };
  }

  protected override merge(fresh: Page<T>): Page<T> {
    const last = fresh.items.at(-1);
    const index = last && fresh.next !== null ? this.items.findIndex((item) => item.id === last.id) : -1;
    if (index === -1 || this.data === undefined || index === this.items.length - 1) return fresh;
    const ids = new Set(fresh.items.map((item) => item.id));
    return {
      items: [...fresh.items, ...this.items.slice(index + 1).filter((item) => !ids.has(item.id))],
      next: this.data.next,
    };
  }
}
