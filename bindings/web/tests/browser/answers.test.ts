/** What the API, or a proxy before it, may answer instead of what was asked for. */

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { test } from '../support/browserTest';
import { fill, press, save, see, seeState } from '../support/page';
import type { Scene } from '../support/scene';
import { API } from '../support/server';

const HTML = { contentType: 'text/html', body: '<html><body>Please log in</body></html>' };

/** Answer so from now on, until what comes back is called. */
async function answer(page: Page, method: string, given: object): Promise<() => Promise<void>> {
  const paths = (url: URL) => url.pathname.includes(API);
  await page.route(paths, (route) => (route.request().method() === method ? route.fulfill(given) : route.fallback()));
  return () => page.unroute(paths);
}

async function open(browser: Parameters<Scene['open']>[0], scene: Scene): Promise<Page> {
  const server = await scene.server();
  await server.store({ broker_host: '127.0.0.1', enabled: false });
  return scene.open(browser, server);
}

test('a save that is not answered as it should be keeps what is typed, and goes through later', async ({
  browser,
  scene,
}) => {
  const page = await open(browser, scene);
  let prefix = 0;
  for (const [given, says] of [
    [{ status: 401, json: { detail: 'log in first' } }, /not saved: This browser is not let in any more.* still here/],
    [{ status: 200, ...HTML }, /not saved: The server answers with something else.* still here/],
    [{ status: 413, ...HTML }, /not saved: The server answers with an error \(HTTP 413\)/],
    [{ status: 500, ...HTML }, /The server answers again: the settings had not been saved/],
    [{ status: 504, ...HTML }, /The server answers again: the settings had not been saved/],
  ] as const) {
    const typed = `prefix${++prefix}`;
    await fill(page, 'Topic prefix', typed);
    const asBefore = await answer(page, 'PATCH', given);
    await press(page, 'Save');
    await see(page, says);
    expect(await page.getByLabel('Topic prefix', { exact: true }).inputValue()).toBe(typed);
    await asBefore();
  }
  await save(page);
});

test('a session that ends is not a server that is gone', async ({ browser, scene }) => {
  const page = await open(browser, scene);
  await seeState(page, 'Switched off');
  // A stream that is open stays so; the next one is refused.
  await answer(page, 'GET', { status: 401, json: { detail: 'log in first' } });
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await seeState(page, 'The status can’t be read');
  await see(page, /^This browser is not let in any more/);
  await page.reload();
  await see(page, /can’t be loaded: This browser is not let in any more/);
  await page.unrouteAll();
  await press(page, 'Try again');
  await seeState(page, 'Switched off');
});

test('a slow server loses nothing that is typed meanwhile', async ({ browser, scene }) => {
  const page = await open(browser, scene);
  let answerNow = () => {};
  const held = new Promise<void>((resolve) => {
    answerNow = resolve;
  });
  await page.route(
    (url) => url.pathname.endsWith(API),
    async (route) => {
      if (route.request().method() === 'PATCH') await held;
      await route.fallback();
    },
  );
  await fill(page, 'Topic prefix', 'first');
  await press(page, 'Save');
  await see(page, 'Saving…');
  await fill(page, 'Topic prefix', 'second');
  await fill(page, 'Host', 'localhost');
  answerNow();
  await see(page, 'The settings are saved.');
  await see(page, '2 unsaved changes');
  expect(await page.getByLabel('Topic prefix', { exact: true }).inputValue()).toBe('second');
});

test('what has the focus is in sight, at 200 and at 400 per cent', async ({ browser, scene }) => {
  const server = await scene.server();
  for (const viewport of [
    { width: 640, height: 512 },
    { width: 320, height: 256 },
  ]) {
    const page = await scene.open(browser, server, { viewport });
    await press(page, 'Save');
    await page.locator('[aria-invalid]').first().waitFor();
    const hidden: string[] = [];
    let last = '';
    for (let step = 0; step < 60 && last !== 'Save'; step++) {
      await page.keyboard.press('Tab');
      const [name, seen] = await page.evaluate(() => {
        const focused = document.activeElement as HTMLElement;
        const { left, top, width, height } = focused.getBoundingClientRect();
        const found = document.elementFromPoint(left + width / 2, top + height / 2);
        return [focused.id || focused.textContent || '', focused.contains(found)] as const;
      });
      if (!seen) hidden.push(name);
      last = name;
    }
    expect(last).toBe('Save');
    expect(hidden).toEqual([]);
  }
});
