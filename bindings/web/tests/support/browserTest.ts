// biome-ignore-all lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures one needs.

/** `test` with a browser for the file and a scene for each test. */

import type { Browser } from 'playwright-core';
import { test as base } from 'vitest';
import { startChromium } from './chromium';
import { Scene } from './scene';

export const test = base
  .extend<'browser', Browser>('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await startChromium();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend<'scene', Scene>('scene', async ({}, { onCleanup }) => {
    const scene = new Scene();
    onCleanup(() => scene.end());
    return scene;
  });
