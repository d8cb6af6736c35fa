import type { Account } from '#accounts/account.ts';
import type { Action, UndoHint } from '#actions/action.ts';
import type { Effect } from '#actions/kinds/define.ts';
import type { ActionPorts } from '#actions/ports.ts';
import type { Tx } from '#db/db.ts';
import type { MailState } from '#mail/message.ts';
import type { MailHandle } from '#mail/message-store.ts';
import type { Mailbox } from '#mail/port.ts';

/** What carrying out an action has to go by. */
export interface Carrying {
  ports: ActionPorts;
  action: Action;
  account: Account;
  mailbox: Mailbox;
  target: MailHandle;
  before: MailState;
  /** An earlier run began it, and may have done it. */
  resumed: boolean;
}

/** What completing one has to go by: a second run may find the message gone. */
export type Finishing = Pick<Carrying, 'ports' | 'action' | 'target'>;

/** `handed-on`: a job of its own ends the action. */
export type Applied = UndoHint | 'gone' | 'handed-on';

/** How one kind of effect is carried out. Each may run twice, and then ends the same. */
export interface EffectKind<E extends Effect = Effect> {
  kind: E['kind'];
  /** Before anything is stored. Only reads; returns what to do in the transaction that begins the action. */
  prepare?(c: Carrying, effect: E): Promise<(tx: Tx) => Promise<void>>;
  /** After the transaction that began the action. */
  apply(c: Carrying, effect: E): Promise<Applied>;
  /** In the transaction that completes it. */
  finish?(c: Finishing, tx: Tx, effect: E): Promise<void>;
}

/** Forgets which effect it is, so that all fit into one catalog. */
export const defineEffect = <K extends Effect['kind']>(
  kind: EffectKind<Extract<Effect, { kind: K }>>,
): EffectKind => kind as unknown as EffectKind;
