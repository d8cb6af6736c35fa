import { createSignInLink } from '#access/session-store.ts';
import type { CliApp } from './program.ts';
import { span } from './text.ts';

/** A link that signs the owner in, once. `base` is where browsers reach the web interface. */
export const signInUrl = async (
  app: CliApp,
  base: string,
): Promise<{ url: string; expiresAt: string; lasts: string }> => {
  const { token, expiresAt } = await createSignInLink(app.access, app.owner.id);
  const root = (app.config.app.base_url ?? base).replace(/\/+$/, '');
  const lasts = span(app.config.auth.sign_in_link_lifetime);
  return { url: `${root}/sign-in?token=${encodeURIComponent(token)}`, expiresAt, lasts };
};
