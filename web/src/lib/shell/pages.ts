import CircleCheck from '@lucide/svelte/icons/circle-check-big';
import History from '@lucide/svelte/icons/history';
import Inbox from '@lucide/svelte/icons/inbox';
import Workflow from '@lucide/svelte/icons/layers';
import ListFilter from '@lucide/svelte/icons/list-filter';
import Mailbox from '@lucide/svelte/icons/mailbox';
import Newspaper from '@lucide/svelte/icons/newspaper';
import Settings from '@lucide/svelte/icons/settings-2';
import Sun from '@lucide/svelte/icons/sunrise';

/** The screens in the order of the navigation. `key` follows `g` on the keyboard. */
export const PAGES = [
  { href: '/', label: 'Today', key: 't', icon: Sun },
  { href: '/inbox', label: 'Inbox', key: 'i', icon: Inbox },
  { href: '/approvals', label: 'Approvals', key: 'p', icon: CircleCheck },
  { href: '/actions', label: 'Actions', key: 'a', icon: History },
  { href: '/digests', label: 'Digests', key: 'd', icon: Newspaper },
  { href: '/rules', label: 'Rules', key: 'r', icon: ListFilter },
  { href: '/jobs', label: 'Jobs', key: 'j', icon: Workflow },
  { href: '/accounts', label: 'Accounts', key: 'c', icon: Mailbox },
  { href: '/settings', label: 'Settings', key: 's', icon: Settings },
] as const;

/** Whether the path belongs to the page. */
export const isCurrent = (href: string, path: string): boolean =>
  href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
