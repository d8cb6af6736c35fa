import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { World } from '#test/fakes/gmail/world.ts';
import type { TokenAnswer } from './auth-server.ts';
import { invalidGrant } from './oauth-error.ts';

/** The file that a person downloads for a service account, as far as a program reads it. */
export interface ServiceAccountKey {
  type: 'service_account';
  project_id: string;
  private_key_id: string;
  private_key: string;
  client_email: string;
  client_id: string;
  token_uri: string;
}

const MAX_LIFE_S = 3_600;
const CLOCK_SLACK_S = 300;
const publicKeys = new WeakMap<World, Map<string, string>>();

/** Makes a service account whose assertions the token endpoint takes. */
export const makeServiceAccount = (world: World, name: string, tokenUri: string): ServiceAccountKey => {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const email = `${name}@fake-project.iam.gserviceaccount.com`;
  const keys = publicKeys.get(world) ?? new Map<string, string>();
  publicKeys.set(world, keys.set(email, pair.publicKey));
  return {
    type: 'service_account',
    project_id: 'fake-project',
    private_key_id: world.random.hex(40),
    private_key: pair.privateKey,
    client_email: email,
    client_id: world.project,
    token_uri: tokenUri,
  };
};

const jsonOf = (part: string | undefined): Record<string, unknown> => {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    throw invalidGrant('Invalid JWT: Failed to decode.');
  }
};

/** The JWT bearer grant (RFC 7523) for service accounts. */
export const serviceAccountToken = (world: World, assertion: string): TokenAnswer => {
  const [head, claims, signature] = assertion.split('.');
  const { iss, scope, iat, exp } = jsonOf(claims);
  const key = publicKeys.get(world)?.get(String(iss));
  if (!key) throw invalidGrant('Invalid grant: account not found');
  const signed = Buffer.from(`${head}.${claims}`);
  const isRs256 = jsonOf(head).alg === 'RS256';
  if (
    !isRs256 ||
    !verify('sha256', signed, createPublicKey(key), Buffer.from(signature ?? '', 'base64url'))
  ) {
    throw invalidGrant('Invalid JWT Signature.');
  }
  const nowS = world.clock.ms() / 1_000;
  const inTime = Number(iat) <= nowS + CLOCK_SLACK_S && Number(exp) > nowS - CLOCK_SLACK_S;
  if (!inTime || Number(exp) - Number(iat) > MAX_LIFE_S) {
    throw invalidGrant(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    );
  }
  const scopes = String(scope ?? '')
    .split(' ')
    .filter(Boolean);
  const access = world.auth.access({ email: String(iss), clientId: String(iss), scopes });
  return {
    access_token: access.token,
    expires_in: world.behaviour.accessTokenS,
    scope: scopes.join(' '),
    token_type: 'Bearer',
  };
};
