/** The component, for programs that have React: ES modules and a style sheet in dist/. */

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { BROWSERS } from './vite.shared.ts';

export default defineConfig({
  plugins: [react()],
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    emptyOutDir: true,
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index', cssFileName: 'style' },
    rolldownOptions: {
      external: ['react', 'react/jsx-runtime'],
      // Frameworks with components on the server have to know that this is none.
      output: { postBanner: "'use client';" },
    },
  },
});
