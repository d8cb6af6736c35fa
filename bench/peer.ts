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

/** The same, where it is known to be installed. */
export const mustPeer = <T>(name: string): T => requirePeer(name) as T;

/** Whether it is installed; it is not loaded. */
export const hasPeer = (name: string): boolean => {
  try {
    requirePeer.resolve(`${name}/package.json`);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
};
