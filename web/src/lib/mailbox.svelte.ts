import type { Account } from './api/account-types.ts';
import { api } from './api/client.ts';
import type { Id, Label, LabelRole } from './api/types.ts';
import { live } from './live.svelte.ts';

/** What every page needs to know: the accounts, their labels, and how much waits for an answer. */
class Mailbox {
  accounts = $state.raw<Account[]>([]);
  labels = $state.raw<Label[]>([]);
  waiting = $state(0);
  /** Mails among them that may or may not have gone out. */
  unsure = $state(0);
  moreWaiting = $state(false);

  start(): () => void {
    void this.#loadAccounts();
    void this.#loadWaiting();
    const stops = [
      live.on(['accounts'], () => void this.#loadAccounts()),
      live.on(['approvals'], () => void this.#loadWaiting()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** The label as its account names it. An unknown one (just removed) gives undefined. */
  label(accountId: Id, providerLabelId: string): Label | undefined {
    return this.labels.find((l) => l.accountId === accountId && l.providerLabelId === providerLabelId);
  }

  withRole(accountId: Id, role: LabelRole): Label | undefined {
    return this.labels.find((l) => l.accountId === accountId && l.role === role);
  }

  // A failure here leaves names unresolved for a while; the page in front tells the person what is wrong.
  async #loadAccounts(): Promise<void> {
    try {
      const [accounts, labels] = await Promise.all([api.accounts(), api.labels()]);
      this.accounts = accounts.items;
      this.labels = labels.items;
    } catch {}
  }

  async #loadWaiting(): Promise<void> {
    try {
      const [page, unsure] = await Promise.all([api.approvals({ state: 'pending' }), api.uncertainSends()]);
      this.waiting = page.items.length + unsure.items.length;
      this.unsure = unsure.items.length;
      this.moreWaiting = page.next !== null;
    } catch {}
  }
}

export const mailbox = new Mailbox();
