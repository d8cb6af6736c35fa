import type { FakeGmail } from './fake.ts';

export interface TestAnswer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails when it is not there
  json: any;
}

export interface TestCall {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const answerOf = async (response: Response): Promise<TestAnswer> => {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
};

/** Calls the API as a program that holds this token would. */
export const clientOf = (fake: FakeGmail, accessToken: string) => {
  const call = async (path: string, { method, body, headers }: TestCall = {}): Promise<TestAnswer> =>
    answerOf(
      await fetch(`${fake.url}${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
      }),
    );
  return {
    call,
    /** A path below `users/me/`. */
    gmail: (path: string, of: TestCall = {}) => call(`/gmail/v1/users/me/${path}`, of),
    post: (path: string, body: unknown = {}) => call(`/gmail/v1/users/me/${path}`, { method: 'POST', body }),
  };
};

/** Posts a form, as the token endpoint takes it. */
export const postForm = async (url: string, form: Record<string, string>): Promise<TestAnswer> =>
  answerOf(await fetch(url, { method: 'POST', body: new URLSearchParams(form) }));

/** A mail in URL-safe base64, as the API takes it. */
export const encoded = (lines: readonly string[]): string =>
  Buffer.from(lines.join('\r\n')).toString('base64url');

export const decoded = (data: string): string => Buffer.from(data, 'base64url').toString('utf8');
