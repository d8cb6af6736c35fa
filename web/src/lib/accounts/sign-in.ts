import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/toasts.svelte.ts';

/** Sends the browser to Google, which sends it back here. Says why when it can't. */
export const goToGoogle = async (begin: () => Promise<{ url: string }>): Promise<boolean> => {
  try {
    const { url } = await begin();
    location.assign(url);
    return true;
  } catch (error) {
    toasts.fail('The sign-in could not begin.', error);
    return false;
  }
};

export const signInAgain = (accountId: string): Promise<boolean> =>
  goToGoogle(() => api.reauthorize(accountId));
