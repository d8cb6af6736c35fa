import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** Where `npm run dev` sends API calls: the default address of `ashford start`. */
const server = process.env.ASHFORD_DEV_SERVER ?? 'http://127.0.0.1:17800';

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: adapter({ pages: 'build', fallback: 'index.html', precompress: true }),
      // Written into index.html as a meta tag with the hash of kit's one inline script. The server adds what a meta
      // tag can't say (frame-ancestors). Inline style attributes stay allowed: kit's route announcer has one, and a
      // mail's own frame inherits this policy.
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['none'],
          'script-src': ['self'],
          'style-src': ['self'],
          'style-src-attr': ['unsafe-inline'],
          'img-src': ['self', 'data:'],
          'connect-src': ['self'],
          'manifest-src': ['self'],
          'frame-src': ['self'],
          'form-action': ['self'],
          'base-uri': ['none'],
        },
      },
    }),
  ],
  server: { proxy: { '/api': server, '/sign-in': server } },
});
