import { whenSignedOut } from './api/request.ts';

class Session {
  /** True after any request was answered 401; the layout then shows how to sign in. */
  signedOut = $state(false);

  constructor() {
    whenSignedOut(() => {
      this.signedOut = true;
    });
  }
}

export const session = new Session();
