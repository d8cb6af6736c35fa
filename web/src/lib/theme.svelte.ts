import { keepChoice, readChoice } from './storage.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEMES)[number];

const stored = readChoice('theme');

class Theme {
  choice = $state<ThemeChoice>(stored === 'light' || stored === 'dark' ? stored : 'system');

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    keepChoice('theme', choice === 'system' ? null : choice);
    if (choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
  }

  /** The next choice in the round system → light → dark. */
  get next(): ThemeChoice {
    return THEMES[(THEMES.indexOf(this.choice) + 1) % THEMES.length] ?? 'system';
  }
}

export const theme = new Theme();
