import type { Route } from './api-call.ts';
import { ApiError, invalid } from './api-error.ts';

/** Parameters that every method takes. */
const STANDARD = new Set([
  'alt',
  'fields',
  'key',
  'prettyPrint',
  'quotaUser',
  'uploadType',
  'upload_protocol',
  '$.xgafv',
  'callback',
]);

/** Refuses what the method does not know, as the service does. */
export const checkParameters = (route: Route, query: URLSearchParams): void => {
  for (const name of query.keys()) {
    if (STANDARD.has(name) || route.query?.includes(name)) continue;
    throw invalid(
      `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
    );
  }
};

/** The JSON body as an object; empty when there is none. Refuses what is no JSON, and names that the method does not know. */
export const bodyOf = (route: Route, bytes: Buffer | undefined): Record<string, unknown> => {
  if (!bytes || bytes.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ApiError({
      code: 400,
      reason: 'parseError',
      message: 'Invalid JSON payload received. Unexpected token.',
    });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalid('Invalid JSON payload received. Root element must be a message.');
  }
  for (const name of Object.keys(parsed)) {
    if (!route.body?.includes(name)) {
      throw invalid(`Invalid JSON payload received. Unknown name "${name}": Cannot find field.`);
    }
  }
  return parsed as Record<string, unknown>;
};

/** A list of texts in a body; empty when it is left out. */
export const textsOf = (body: Record<string, unknown>, name: string): string[] => {
  const value = body[name] ?? [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) {
    throw invalid(`Invalid value at '${name}' (TYPE_STRING)`);
  }
  return value as string[];
};

export const countOf = (query: URLSearchParams, otherwise: number, most = 500): number => {
  const text = query.get('maxResults');
  if (text === null) return otherwise;
  if (!/^\d+$/.test(text)) throw invalid(`Invalid value at 'max_results' (TYPE_UINT32), "${text}"`);
  return Math.min(Number(text) === 0 ? otherwise : Number(text), most);
};

export const flagOf = (query: URLSearchParams, name: string): boolean => {
  const text = query.get(name);
  if (text === null || text === 'false' || text === '0') return false;
  if (text === 'true' || text === '1') return true;
  throw invalid(`Invalid value at '${name}' (TYPE_BOOL), "${text}"`);
};

/** An opaque token that stands for a place in a list, and for the question that the list answers. */
export const pageToken = (place: unknown, question: string): string =>
  Buffer.from(JSON.stringify([place, question])).toString('base64url');

export const placeOf = (query: URLSearchParams, question: string): unknown => {
  const token = query.get('pageToken');
  if (!token) return undefined;
  try {
    const [place, of] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [unknown, string];
    if (of === question) return place;
  } catch {
    // Not one of ours: refused below.
  }
  throw invalid('Invalid pageToken');
};
