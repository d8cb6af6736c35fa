/** An error as Google's APIs answer it. */
export interface ApiFault {
  code: number;
  /** As in `errors[0].reason`. */
  reason: string;
  message: string;
  domain?: string;
  /** As in `errors[0].message`, where it differs. */
  shortMessage?: string;
  status?: string;
  details?: unknown[];
  headers?: Record<string, string>;
  extra?: Record<string, unknown>;
}

const STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Thrown by a method, answered as JSON. */
export class ApiError extends Error {
  readonly fault: ApiFault;

  constructor(fault: ApiFault) {
    super(fault.message);
    this.fault = fault;
  }
}

export const errorBody = (fault: ApiFault): unknown => ({
  error: {
    code: fault.code,
    message: fault.message,
    errors: [
      {
        message: fault.shortMessage ?? fault.message,
        domain: fault.domain ?? 'global',
        reason: fault.reason,
        ...fault.extra,
      },
    ],
    status: fault.status ?? STATUS[fault.code] ?? 'UNKNOWN',
    ...(fault.details ? { details: fault.details } : {}),
  },
});

export const invalid = (message: string): ApiError =>
  new ApiError({ code: 400, reason: 'invalidArgument', message });

export const failedPrecondition = (message = 'Precondition check failed.'): ApiError =>
  new ApiError({ code: 400, reason: 'failedPrecondition', message, status: 'FAILED_PRECONDITION' });

export const notFound = (message = 'Requested entity was not found.'): ApiError =>
  new ApiError({ code: 404, reason: 'notFound', message });

const WHERE = { location: 'Authorization', locationType: 'header' };

export const badToken = (): ApiError =>
  new ApiError({
    code: 401,
    reason: 'authError',
    shortMessage: 'Invalid Credentials',
    message:
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    extra: WHERE,
    headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  });

export const noToken = (): ApiError =>
  new ApiError({
    code: 401,
    reason: 'required',
    shortMessage: 'Login Required.',
    message:
      'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    extra: WHERE,
    headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' },
    details: [{ '@type': INFO, reason: 'CREDENTIALS_MISSING', domain: 'googleapis.com' }],
  });

const INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

export const tooFewScopes = (method: string, service: string): ApiError =>
  new ApiError({
    code: 403,
    reason: 'insufficientPermissions',
    shortMessage: 'Insufficient Permission',
    message: 'Request had insufficient authentication scopes.',
    headers: {
      'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"',
    },
    details: [
      {
        '@type': INFO,
        reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
        domain: 'googleapis.com',
        metadata: { service, method },
      },
    ],
  });

export const apiNotEnabled = (project: string): ApiError => {
  const url = `https://console.developers.google.com/apis/api/gmail.googleapis.com/overview?project=${project}`;
  return new ApiError({
    code: 403,
    reason: 'accessNotConfigured',
    domain: 'usageLimits',
    message: `Gmail API has not been used in project ${project} before or it is disabled. Enable it by visiting ${url} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
    extra: { extendedHelp: 'https://console.developers.google.com' },
    details: [
      {
        '@type': INFO,
        reason: 'SERVICE_DISABLED',
        domain: 'googleapis.com',
        metadata: { service: 'gmail.googleapis.com', consumer: `projects/${project}` },
      },
    ],
  });
};
