import { defaultClientConditions, defineConfig } from 'vite';

/** The supervisor serves `index.html` at `/`, and everything else below `/page/`. */
export default defineConfig({
  base: '/page/',
  // Packages of this repository are taken from their sources.
  resolve: { conditions: ['@device-supervisor/source', ...defaultClientConditions] },
  build: {
    assetsDir: '',
    // The page's policy allows no `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
  },
});
