import { PAGES } from './pages.ts';

/** Every key the app knows, for the help dialog and the settings. */
export const SHORTCUTS: { group: string; keys: { keys: string; label: string }[] }[] = [
  {
    group: 'Lists',
    keys: [
      { keys: 'j', label: 'Next' },
      { keys: 'k', label: 'Previous' },
      { keys: 'o', label: 'Open (or Enter)' },
    ],
  },
  {
    group: 'Mail',
    keys: [
      { keys: 'e', label: 'Archive' },
      { keys: 's', label: 'Star or unstar' },
      { keys: 'm', label: 'Mark read or unread' },
      { keys: 'l', label: 'Labels' },
      { keys: 'z', label: 'Snooze' },
      { keys: 'n', label: 'Note' },
      { keys: 'r', label: 'Reply or forward' },
    ],
  },
  {
    group: 'Approvals',
    keys: [
      { keys: 'y', label: 'Approve the marked card' },
      { keys: 'n', label: 'Reject the marked card' },
    ],
  },
  {
    group: 'Everywhere',
    keys: [
      { keys: 'u', label: 'Undo the last thing you did' },
      { keys: '/', label: 'Search mail' },
      { keys: '?', label: 'This list' },
    ],
  },
  { group: 'Go to', keys: PAGES.map((page) => ({ keys: `g ${page.key}`, label: page.label })) },
];
