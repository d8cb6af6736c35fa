import { AppError } from '#std/errors.ts';

const DECLINED = 'actions.declined';

/** An action that is better not carried out, through nobody's fault: it ends as canceled, with the reason in a sentence. */
export const declined = (reason: string): AppError => new AppError('denied', DECLINED, reason);

export const isDeclined = (e: AppError): boolean => e.code === DECLINED;
