import { createRequire } from 'node:module';

const requirePeer = createRequire(new URL('peers/package.json', import.meta.url));

/** A package that `npm run bench -- setup` installs; null where it is not. */
export const peer = <T>(name: string): T | null => {
  try {
    return requirePeer(name) as T;
  } catch {
    return null;
  }
};
