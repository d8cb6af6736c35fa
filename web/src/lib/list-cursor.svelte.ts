import { keyboard, type Shortcut } from './keyboard.svelte.ts';

/** `j` and `k` move the focus through the rows of a list (elements with `data-row`). Made during a component's start. */
export class ListCursor {
  constructor(more: () => Shortcut[] = () => []) {
    $effect(() =>
      keyboard.add([
        { keys: 'j', run: () => this.#step(1) },
        { keys: 'k', run: () => this.#step(-1) },
        { keys: 'o', run: () => this.#open() },
        ...more(),
      ]),
    );
  }

  /** The id of the row that holds the focus. */
  get id(): string | null {
    return document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row ?? null;
  }

  #open(): void {
    document.activeElement?.closest('[data-row]')?.querySelector<HTMLElement>('a[href]')?.click();
  }

  #step(by: 1 | -1): void {
    const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[at === -1 ? 0 : at + by];
    const target = row?.matches('a, button, [tabindex]') ? row : row?.querySelector<HTMLElement>('a, button');
    target?.focus();
  }
}
