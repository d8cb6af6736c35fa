import type { Mailbox } from '#mail/port.ts';
import { AppError, isAppError } from '#std/errors.ts';
import { type Account, waitsForAccount } from './account.ts';
import { type StopPorts, stopAccount } from './stop.ts';

/** The same error for a job of the account: it waits until the account works again. */
export const waitingFor = (accountId: string, e: AppError): AppError =>
  new AppError(e.kind, e.code, e.message, {
    help: e.help,
    fields: e.fields,
    cause: e,
    retryAfterMs: e.retryAfterMs,
    waitsFor: waitsForAccount(accountId),
  });

/** A mailbox that stops its account as soon as one of its methods says that the user must act. */
export const guardedMailbox = (ports: StopPorts, account: Account, mailbox: Mailbox): Mailbox => {
  const told = async (e: unknown): Promise<never> => {
    if (!isAppError(e) || e.kind !== 'needs-user') throw e;
    await stopAccount(ports, account, { error: e });
    throw waitingFor(account.id, e);
  };
  const pages = async function* <T>(from: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* from;
    } catch (e) {
      await told(e);
    }
  };
  const guarded = (answer: unknown): unknown => {
    if (answer instanceof Promise) return answer.catch(told);
    return isIterable(answer) ? pages(answer) : answer;
  };
  return new Proxy(mailbox, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => guarded(Reflect.apply(value, target, args));
    },
  });
};

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
