import type { ProblemDetails } from './types.ts';

/** Longest wait for an answer, in milliseconds. Long work is a job, so no request should ever come near it. */
const REQUEST_TIMEOUT_MS = 30_000;
/** The same where the server first asks a mail server, or two, which take their time to say nothing. */
export const MAIL_SERVER_TIMEOUT_MS = 120_000;

/** A request that failed: the server's problem details, or `network.offline` when nothing answered. */
export class ApiError extends Error {
  readonly status: number;
  /** Stable dotted code. */
  readonly code: string;
  /** What the person does next; always a sentence. */
  readonly help: string;
  readonly fields: { path: string; message: string }[];
  readonly traceId: string | null;

  constructor(problem: ProblemDetails) {
    super(problem.detail ?? problem.title ?? `The server answered ${problem.status}.`);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.help = problem.help ?? fallbackHelp(problem.status);
    this.fields = problem.fields ?? [];
    this.traceId = problem.traceId ?? null;
  }
}

const fallbackHelp = (status: number): string => {
  if (status === 0) return 'Check that Ashford is running, then try again.';
  if (status === 401) return 'Run “ashford open” in the terminal for a new sign-in link.';
  if (status === 404) return 'It may have been removed. Go back and reload the list.';
  if (status === 409) return 'Something changed meanwhile. Reload and try again.';
  if (status === 429) return 'Wait a moment, then try again.';
  return 'Try again. If it keeps failing, run “ashford doctor” in the terminal.';
};

const offline = (detail: string): ApiError => new ApiError({ status: 0, code: 'network.offline', detail });

interface RequestOptions {
  query?: object | undefined;
  body?: object | undefined;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
}

const toUrl = (path: string, query: object | undefined): string => {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const search = params.toString();
  return `/api${path}${search ? `?${search}` : ''}`;
};

const readJson = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const toProblem = (status: number, body: unknown): ProblemDetails => {
  const problem = typeof body === 'object' && body !== null ? (body as Partial<ProblemDetails>) : {};
  return { ...problem, status, code: problem.code ?? `http.${status}` };
};

let onSignedOut: () => void = () => {};

/** Registers what happens when any request is answered 401. One listener: the root layout. */
export const whenSignedOut = (listener: () => void): void => {
  onSignedOut = listener;
};

/**
 * One JSON request to `/api` with the session cookie. Resolves to the parsed body (undefined for 204).
 * Throws `ApiError`; an abort by the caller's own signal throws the signal's reason.
 */
export const request = async <T>(method: string, path: string, options: RequestOptions): Promise<T> => {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? REQUEST_TIMEOUT_MS);
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json' },
    signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
  };
  if (options.body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(toUrl(path, options.query), init);
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw offline(
      timeout.aborted ? 'The server took too long to answer.' : `No answer from Ashford. (${String(cause)})`,
    );
  }
  const body = await readJson(response);
  if (response.ok) return body as T;
  if (response.status === 401) onSignedOut();
  throw new ApiError(toProblem(response.status, body));
};
