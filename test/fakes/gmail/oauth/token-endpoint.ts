import type { World } from '#test/fakes/gmail/world.ts';
import type { TokenAnswer } from './auth-server.ts';
import { invalidRequest, OAuthError } from './oauth-error.ts';
import { serviceAccountToken } from './service-account.ts';

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const required = (form: URLSearchParams, name: string): string => {
  const value = form.get(name);
  if (!value) throw invalidRequest(`Missing required parameter: ${name}`);
  return value;
};

/** The client's id and secret: from the form, or from HTTP Basic. */
const credentials = (
  form: URLSearchParams,
  authorization: string | undefined,
): [string | null, string | null] => {
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (!basic) return [form.get('client_id'), form.get('client_secret')];
  const [id, secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return [decodeURIComponent(id ?? ''), decodeURIComponent(secret ?? '')];
};

/** Answers `POST /token`. Throws OAuthErrors. */
export const tokenAnswer = (world: World, form: URLSearchParams, authorization?: string): TokenAnswer => {
  for (const name of new Set(form.keys())) {
    if (form.getAll(name).length > 1)
      throw invalidRequest(`OAuth 2 parameters can only have a single value: ${name}`);
  }
  const grantType = required(form, 'grant_type');
  if (grantType === JWT_GRANT) return serviceAccountToken(world, required(form, 'assertion'));
  const client = world.auth.client(...credentials(form, authorization));
  if (grantType === 'authorization_code') {
    const answer = world.auth.redeem({
      code: required(form, 'code'),
      redirectUri: form.get('redirect_uri'),
      verifier: form.get('code_verifier'),
      clientId: client.id,
    });
    return answer;
  }
  if (grantType === 'refresh_token') return world.auth.refresh(required(form, 'refresh_token'), client.id);
  throw new OAuthError(400, 'unsupported_grant_type', `Invalid grant_type: ${grantType}`);
};
