/** Makes the pictures of docs/home-assistant: what the frontend of a real Home Assistant shows of two cameras. */

import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { test } from '../support/browserTest';
import { Program } from '../support/program';
import { PYTHON, PYTHON_ENVIRONMENT, REPOSITORY } from '../support/repository';
import { waitUntil } from '../support/wait';

const DIRECTORY = `${REPOSITORY}docs/home-assistant`;
const PYTHONPATH = ['tests/home_assistant', 'bindings/python', 'bindings/python/tests']
  .map((directory) => REPOSITORY + directory)
  .join(':');
const MINUTES = 60_000;
const NO_LOGO = '<svg xmlns="http://www.w3.org/2000/svg"/>';

async function take(page: Page, name: string): Promise<void> {
  mkdirSync(DIRECTORY, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${DIRECTORY}/${name}-${colorScheme}.png`, animations: 'disabled', caret: 'hide' });
  }
}

/** The address of the demo, once its cameras have shown what they can. */
async function demo(program: Program): Promise<string> {
  const address = () => /^Open (\S+) /m.exec(program.output)?.[1];
  const hasShown = () => program.output.includes('A person with a parcel');
  await waitUntil(() => !program.isRunning || hasShown(), 'the demo shows its cameras', 5 * MINUTES);
  const found = address();
  if (!found) throw new Error(`the demo does not start:\n${program.output}`);
  return found;
}

test('dashboard and device', { timeout: 10 * MINUTES }, async ({ browser, scene }) => {
  const environment = { ...PYTHON_ENVIRONMENT, PYTHONPATH };
  const program = scene.keep(new Program(PYTHON, ['-B', '-m', 'house.demo'], environment));
  const url = await demo(program);
  const context = await browser.newContext({
    viewport: { width: 1120, height: 800 },
    locale: 'en-GB',
    serviceWorkers: 'block',
  });
  const page = scene.keep({ stop: () => context.close(), page: await context.newPage() }).page;
  page.setDefaultTimeout(2 * MINUTES);
  // Logos of integrations would come from the internet.
  const headers = { 'Access-Control-Allow-Origin': '*' };
  await page.route(/^https:/, (route) => route.fulfill({ contentType: 'image/svg+xml', headers, body: NO_LOGO }));
  await page.goto(`${url}lovelace/0`);
  await page.getByText('A person with a parcel').first().waitFor();
  await take(page, 'dashboard');
  await page.setViewportSize({ width: 1120, height: 1080 });
  await page.goto(`${url}config/devices/dashboard`);
  await page.getByText('Front door', { exact: true }).first().click();
  await page.getByText('A person with a parcel').first().waitFor();
  await take(page, 'device');
});
