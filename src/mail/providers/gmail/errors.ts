import { AppError, type ErrorKind } from '#std/errors.ts';
import { parseInstant, toMs } from '#std/time.ts';
import { isSending, type Method } from './prices.ts';

/** What a refused call means for the calls after it, beside the error that is thrown. */
export type Refusal =
  /** Asked too fast: slow down, and try again later. */
  | 'rate'
  /** The project has used up its day. */
  | 'day'
  /** The account may send no more for now. */
  | 'sending'
  /** The access token is no longer good. */
  | 'token'
  /** Nothing is known of the effect: tried again where that is harmless. */
  | 'unknown'
  | 'final';

export interface Refused {
  refusal: Refusal;
  error: AppError;
  /** As Gmail said it. */
  retryAfterMs?: number | undefined;
}

/** Of an error answer: its status, its headers, and its body as JSON where it was some. */
export interface ErrorAnswer {
  status: number;
  retryAfter: string | null;
  body: unknown;
}

interface Case {
  refusal: Refusal;
  kind: ErrorKind;
  code: string;
  message: string;
  help?: string;
}

const RATE: Case = {
  refusal: 'rate',
  kind: 'limit',
  code: 'mail.rate-limited',
  message: 'Gmail asks for fewer calls',
};
const NOT_OURS: Case = {
  refusal: 'final',
  kind: 'needs-user',
  code: 'mail.not-allowed',
  message: 'Gmail does not allow this account to do that',
  help: 'Sign in again on the accounts page and leave every permission ticked.',
};

const NO_ANSWER: Case = {
  refusal: 'unknown',
  kind: 'transient',
  code: 'mail.no-answer',
  message: 'Something that is not Gmail answered',
  help: 'See whether a proxy stands between here and Gmail, and whether endpoints.gmail is right.',
};

/** The reasons that Google gives, by `errors[].reason`. */
const REASONS: Readonly<Record<string, Case>> = {
  rateLimitExceeded: RATE,
  userRateLimitExceeded: RATE,
  quotaExceeded: RATE,
  dailyLimitExceeded: {
    refusal: 'day',
    kind: 'limit',
    code: 'mail.day-used-up',
    message: 'The Google project has used up its quota of the day',
    help: 'Work goes on at midnight Pacific time. A project of your own has a quota of its own.',
  },
  domainPolicy: {
    refusal: 'final',
    kind: 'needs-user',
    code: 'mail.domain-policy',
    message: 'The administrators of this domain do not allow the program',
    help: 'Ask an administrator to allow the OAuth client, or to turn on the Gmail API, for your organization.',
  },
  insufficientPermissions: {
    ...NOT_OURS,
    code: 'mail.missing-scope',
    message: 'The sign-in does not cover this',
  },
  accessNotConfigured: {
    refusal: 'final',
    kind: 'needs-user',
    code: 'mail.api-disabled',
    message: 'The Gmail API is turned off for the Google project',
    help: 'Open console.cloud.google.com, choose the project of your OAuth client, and enable the Gmail API under "APIs & Services". It takes a few minutes.',
  },
  failedPrecondition: {
    refusal: 'final',
    kind: 'conflict',
    code: 'mail.failed-precondition',
    message: 'Gmail can not do that to the message as it is now',
    help: 'See whether Gmail is turned on for the account, and whether the message is a draft.',
  },
};

const caseOf = ({ status, body }: ErrorAnswer, method: Method): Case => {
  if (status === 401)
    return {
      refusal: 'token',
      kind: 'needs-user',
      code: 'mail.sign-in-refused',
      message: 'Gmail does not accept the sign-in',
      help: 'Sign in again on the accounts page; everything that waits goes on by itself.',
    };
  if (status === 429 && isSending(method))
    return {
      refusal: 'sending',
      kind: 'limit',
      code: 'mail.sending-limit',
      message: 'Gmail sends no more mail of this account for now',
      help: 'It goes out when Gmail allows it again. Gmail counts every mail of 24 hours, from other programs too.',
    };
  const known = reasonsOf(body).flatMap((reason) => REASONS[reason] ?? [])[0];
  if (known && status < 500) return known;
  if (status === 429) return RATE;
  // A proxy, or a wrong address, says so too: what nobody told in Gmail's words is neither forbidden nor gone.
  if ((status === 403 || status === 404 || status === 410) && !isGoogles(body)) return NO_ANSWER;
  if (status === 403) return NOT_OURS;
  if (status === 404 || status === 410)
    return { refusal: 'final', kind: 'permanent', code: 'mail.not-found', message: 'Gmail no longer has it' };
  if (status === 409)
    return { refusal: 'final', kind: 'conflict', code: 'mail.conflict', message: 'Gmail has it already' };
  if (status === 408 || status >= 500)
    return {
      refusal: 'unknown',
      kind: 'transient',
      code: 'mail.unavailable',
      message: 'Gmail has trouble answering',
    };
  return { refusal: 'final', kind: 'permanent', code: 'mail.bad-request', message: 'Gmail refuses the call' };
};

/**
 * An error answer as an error of ours. Of what Google writes only the codes are kept: its sentences may hold mail.
 * Source: developers.google.com/workspace/gmail/api/guides/handle-errors.
 */
export const refusedBy = (answer: ErrorAnswer, method: Method, nowMs: number): Refused => {
  const found = caseOf(answer, method);
  const retryAfterMs = waitOf(answer, nowMs);
  return {
    refusal: found.refusal,
    retryAfterMs,
    error: new AppError(found.kind, found.code, found.message, {
      help: found.help,
      retryAfterMs: found.kind === 'limit' || found.kind === 'transient' ? retryAfterMs : undefined,
      fields: { method, status: answer.status, reason: reasonsOf(answer.body)[0]?.slice(0, 60) ?? null },
    }),
  };
};

/** An answer that is none: cut, too large, no JSON, or nothing at all. */
export const noAnswer = (method: Method, what: string, cause?: unknown): AppError =>
  new AppError('transient', 'mail.no-answer', `Gmail gave no answer that can be read: ${what}`, {
    fields: { method },
    cause,
  });

export const tooLarge = (method: Method, bytes: number): AppError =>
  new AppError('transient', 'mail.answer-too-large', 'Gmail answers with more than can be taken', {
    fields: { method, bytes },
  });

/** The mail may have gone out or not. */
export const sendUnknown = (method: Method, cause: unknown): AppError =>
  new AppError('transient', 'mail.send-unknown', 'Whether the mail went out is not known', {
    help: 'It is looked for; it is not sent again until that is known.',
    fields: { method },
    cause,
  });

export const isGone = (e: unknown): boolean => e instanceof AppError && e.code === 'mail.not-found';

const REASON = /^[A-Za-z_]{1,60}$/;

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const isGoogles = (body: unknown): boolean => typeof recordOf(recordOf(body).error).code === 'number';

/** `errors[].reason` of the older form, and of the newer one the reasons that mean the same. */
const reasonsOf = (body: unknown): string[] => {
  const error = recordOf(recordOf(body).error);
  const entries = [error.errors, error.details].flatMap((list) => (Array.isArray(list) ? list : []));
  return entries
    .map((entry) => recordOf(entry).reason)
    .filter((reason) => typeof reason === 'string')
    .filter((reason) => REASON.test(reason))
    .map((reason) => SAME[reason] ?? reason);
};

const SAME: Readonly<Record<string, string>> = {
  RATE_LIMIT_EXCEEDED: 'rateLimitExceeded',
  SERVICE_DISABLED: 'accessNotConfigured',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: 'insufficientPermissions',
};

const RETRY_AT = /Retry after (\d{4}-\d\d-\d\dT[\d:.]{5,15}Z)/i;

/** Retry-After as seconds or as a date; Gmail also writes the time into its sentence. */
const waitOf = ({ retryAfter, body }: ErrorAnswer, nowMs: number): number | undefined => {
  if (retryAfter !== null && /^\d{1,9}$/.test(retryAfter.trim())) return Number(retryAfter) * 1_000;
  const { message } = recordOf(recordOf(body).error);
  const told = typeof message === 'string' ? RETRY_AT.exec(message)?.[1] : undefined;
  const at = parseInstant(retryAfter ?? told ?? '');
  return at === undefined ? undefined : Math.max(0, toMs(at) - nowMs);
};
