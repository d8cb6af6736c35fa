import { z } from 'zod';
import { AppError, type ErrorKind } from '#std/errors.ts';
import { currentTraceId } from '#telemetry/trace.ts';

/** RFC 9457 problem details, as every failed request answers. */
export const problemShape = z
  .strictObject({
    type: z.string().describe('A URI that names the kind of problem.'),
    title: z.string().describe('The same for all problems of this kind.'),
    status: z.number().int().describe('The HTTP status.'),
    code: z.string().describe('Stable and dotted, such as `rules.invalid`; clients may switch on it.'),
    detail: z.string().describe('One sentence: what went wrong.'),
    help: z.string().optional().describe('What to do next, in one sentence.'),
    fields: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Which inputs were wrong: a path such as `conditions.children.0.value`.'),
    traceId: z.string().optional().describe('Names this request in the logs and traces.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemShape>;

const STATUS: Readonly<Record<ErrorKind, number>> = {
  transient: 503,
  permanent: 502,
  'needs-user': 409,
  input: 422,
  conflict: 409,
  limit: 429,
  denied: 403,
};

/** Where the kind alone does not tell. A code that ends in `.unknown` is 404. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'access.sign-in': 401,
  'access.bad-link': 401,
  'access.wrong-password': 401,
  'http.bad-json': 400,
  'http.bad-query': 400,
  'http.bad-cursor': 400,
  'http.body-too-large': 413,
  'http.not-json': 415,
  'http.unknown-host': 421,
  'queue.no-such-job': 404,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'It is not possible now',
  413: 'Too large',
  415: 'Wrong kind of content',
  421: 'Wrong host',
  422: 'Something in the request is wrong',
  429: 'Too much',
  500: 'Ashford made a mistake',
  502: 'It failed for good',
  503: 'Try again later',
};

const statusOf = (e: AppError): number =>
  STATUS_OF_CODE[e.code] ?? (e.code.endsWith('.unknown') ? 404 : STATUS[e.kind]);

/** An input error with every field that is wrong. `code` tells a query from a body. */
export class InvalidInput extends AppError {
  readonly issues: { path: string; message: string }[];

  constructor(code: string, error: z.ZodError) {
    const issues = error.issues.flatMap(issuesOf).map((i) => ({ path: dotted(i.path), message: i.message }));
    const [first] = issues;
    const where = first?.path ? `${first.path}: ` : '';
    super('input', code, `${where}${first?.message ?? 'something is wrong'}`, {
      help: 'The API documentation at /api/docs says what is expected.',
    });
    this.issues = issues;
  }
}

const dotted = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** A key that is not known is blamed itself, not the object that it is in. */
const issuesOf = (issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not known here' }))
    : [issue];

const fieldsOf = (e: AppError): Problem['fields'] => {
  if (e instanceof InvalidInput) return e.issues;
  const { path } = e.fields;
  // `conditions.children[1].value` → `conditions.children.1.value`
  if (typeof path !== 'string' || path === '') return undefined;
  return [{ path: path.replaceAll(/\[(\d+)\]/g, '.$1'), message: e.message }];
};

/** What is told of an error. Of one that nobody expected nothing is told but the trace id. */
export const problemOf = (error: unknown): Problem => {
  const traceId = currentTraceId();
  const trace = traceId === undefined ? {} : { traceId };
  if (!(error instanceof AppError)) {
    return {
      type: 'about:blank',
      title: TITLES[500] ?? '',
      status: 500,
      code: 'http.unexpected',
      detail: 'Something went wrong that nobody expected; the log says more.',
      help: 'Try again. If it keeps failing, run `ashford doctor`.',
      ...trace,
    };
  }
  const status = statusOf(error);
  const fields = fieldsOf(error);
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'It did not work',
    status,
    code: error.code,
    detail: error.message,
    ...(error.help === undefined ? {} : { help: error.help }),
    ...(fields === undefined ? {} : { fields }),
    ...trace,
  };
};

/** The answer to a request that failed. */
export const problemResponse = (error: unknown): Response => {
  const problem = problemOf(error);
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (error instanceof AppError && error.retryAfterMs !== undefined) {
    headers.set('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  }
  if (problem.status === 401) headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
};
