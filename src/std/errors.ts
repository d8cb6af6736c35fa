/** Who must act. `docs/architecture.md` has the table of what jobs and HTTP make of each. */
export const ERROR_KINDS = [
  'transient',
  'permanent',
  'needs-user',
  'input',
  'conflict',
  'limit',
  'denied',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export interface ErrorDetails {
  /** What the user does next, in one sentence. */
  help?: string | undefined;
  /** Facts for logs and API clients. Never mail content, never secrets. */
  fields?: Record<string, string | number | boolean | null> | undefined;
  cause?: unknown;
  /** For `transient` and `limit`: when trying again makes sense. */
  retryAfterMs?: number | undefined;
  /** For `needs-user`: names what the work waits for, so that it goes on as soon as that is there. */
  waitsFor?: string | undefined;
  /** What the work was about is gone by its owner's will, so that a job which finds that is canceled rather than failed. */
  moot?: boolean;
}

/** Every error that we expect. Anything else that is thrown is a bug. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  /** Stable and dotted, such as `queue.claim-lost`; clients may switch on it. */
  readonly code: string;
  readonly help: string | undefined;
  readonly fields: Record<string, string | number | boolean | null>;
  readonly retryAfterMs: number | undefined;
  readonly waitsFor: string | undefined;
  readonly moot: boolean;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.help = details.help;
    this.fields = details.fields ?? {};
    this.retryAfterMs = details.retryAfterMs;
    this.waitsFor = details.waitsFor;
    this.moot = details.moot ?? false;
  }
}

export const isAppError = (e: unknown, code?: string): e is AppError =>
  e instanceof AppError && (code === undefined || e.code === code);

export const errorMessage = (e: unknown): string => (e instanceof Error ? e.message : String(e));
