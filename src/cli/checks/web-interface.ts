import { webBuildState } from '#cli/web-build.ts';
import type { Check } from './check.ts';

export const webInterface: Check = {
  name: 'web interface',
  examine: async () => {
    switch (webBuildState()) {
      case 'fresh':
        return [{ state: 'ok', says: 'It is built.' }];
      case 'old':
        return [{ state: 'ok', says: 'Its source has changed; the next start builds it again.' }];
      case 'missing':
        return [{ state: 'ok', says: 'It is not built yet; the first start builds it.' }];
      case 'missing-without-source':
        return [
          {
            state: 'warn',
            says: 'It is not built, and can not be built here: its source or its packages are missing.',
            cure: 'Run `npm ci && npm run build` in a copy of the repository, or use only the command line and the API.',
          },
        ];
    }
  },
};
