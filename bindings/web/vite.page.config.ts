/** The page by itself, which the Python package serves. */

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { BROWSERS } from './vite.shared.ts';

export default defineConfig({
  root: 'page',
  base: './',
  plugins: [react()],
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    outDir: '../../python/argus_mqtt/settings/page',
    emptyOutDir: true,
  },
});
