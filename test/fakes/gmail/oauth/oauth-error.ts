/** An error of the token and revocation endpoints (RFC 6749 section 5.2), as Google words it. */
export class OAuthError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, description: string) {
    super(description);
    this.status = status;
    this.code = code;
  }

  body(): unknown {
    return { error: this.code, ...(this.message ? { error_description: this.message } : {}) };
  }
}

export const invalidGrant = (description: string): OAuthError =>
  new OAuthError(400, 'invalid_grant', description);
export const invalidRequest = (description: string): OAuthError =>
  new OAuthError(400, 'invalid_request', description);
