/** Somebody opens the page for the first time. */

import { expect } from 'vitest';
import { Subscriber, startMosquitto } from '../support/brokers';
import { test } from '../support/browserTest';
import {
  expectAccessible,
  expectNoSidewaysScrolling,
  fill,
  press,
  save,
  see,
  seeState,
  testSteps,
} from '../support/page';
import { visit } from '../support/scene';
import { waitUntil } from '../support/wait';

test('types the broker, tests, saves, and is online without a restart', async ({ browser, scene }) => {
  const broker = scene.keep(await startMosquitto(scene.directory));
  const subscriber = scene.keep(await Subscriber.start(broker, '#'));
  const server = await scene.server();
  const page = await scene.open(browser, server);
  await seeState(page, 'Not set up yet');
  await fill(page, 'Host', '127.0.0.1');
  await fill(page, 'Port', String(broker.port));
  await press(page, 'Test connection');
  expect(await testSteps(page)).toMatchObject({ 'Reach the broker': 'works', 'Send a message': 'works' });
  await fill(page, 'Event lifetime in seconds', '120');
  await see(page, '2 minutes');
  await save(page);
  await seeState(page, 'Online');
  await see(page, 'MQTT 5.');
  await page.reload();
  await page.getByLabel('Host').waitFor();
  expect(await page.getByLabel('Event lifetime in seconds').inputValue()).toBe('120');
  expect(await server.stored()).toMatchObject({ broker_port: broker.port, message_expiry_seconds: 120, enabled: true });
  await press(page, 'Send a test message');
  await see(page, 'The broker has confirmed a test message to argusai/test.');
  expect(subscriber.payloads('argusai/test')).toHaveLength(1);
  await press(page, 'Publish discovery');
  await see(page, '2 cameras were made known.');
  await waitUntil(() => subscriber.topics('homeassistant/').length >= 2, 'Home Assistant is told of the cameras');
});

test('is told what is wrong with an address that was copied from elsewhere', async ({ browser, scene }) => {
  const server = await scene.server();
  const page = await scene.open(browser, server);
  for (const [value, message] of [
    ['http://192.168.1.5:8123/', /The value starts with http:..; give only the host here, the port in “Port”/],
    ['192.168.1.5:1883', /contains a port/],
    ['münchen.local', /contains 'ü'; give an internationalised name in its ASCII form/],
    ['\u200b192.168.1.5', /is invisible; remove it/],
  ] as const) {
    await fill(page, 'Host', value);
    await page.keyboard.press('Tab');
    await see(page, message);
  }
  await fill(page, 'Host', ' 192.168.1.5 ');
  await page.keyboard.press('Tab');
  await expect.poll(() => page.getByLabel('Host').getAttribute('aria-invalid')).toBe(null);
});

test('is told what the page needs, where it cannot start', async ({ browser, scene }) => {
  const server = await scene.server();
  const page = await scene.open(browser, server);
  const old = await page.context().newPage();
  await old.route('**/*.js', (route) => route.abort());
  await old.goto(server.url);
  await see(old, /needs JavaScript, and a browser of 2024 or later/);
  await expectAccessible(old);
});

test('is told what is missing, at the field, and which values are allowed', async ({ browser, scene }) => {
  const server = await scene.server();
  const page = await scene.open(browser, server);
  await press(page, 'Save');
  const host = page.getByLabel('Host');
  await expect.poll(() => host.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await host.getAttribute('aria-invalid')).toBe('true');
  for (const [value, message] of [
    ['59', 'Must be a whole number from 60 to 3600'],
    ['3601', 'Must be a whole number from 60 to 3600'],
    ['5 minutes', 'Must be a whole number from 60 to 3600'],
  ] as const) {
    const expiry = page.getByLabel('Event lifetime in seconds');
    await expiry.fill(value);
    await expiry.blur();
    const ids = (await expiry.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const described = await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()));
    expect(described).toContain(message);
  }
  await fill(page, 'Payload when online', 'offline');
  // What needs more than one field is the library's to say.
  await see(page, /is also the “Payload when online”/);
  expect((await server.stored()).stored).toBe(false);
  await press(page, 'Save');
  await see(page, '3 settings need a correction.');
  await press(page, 'Discard changes');
  await expect.poll(() => page.getByText('need a correction').count()).toBe(0);
});

test('finds nothing in the way, light or dark, wide or narrow, from the left or the right', async ({
  browser,
  scene,
}) => {
  const server = await scene.server();
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1180, 320]) {
      const page = await scene.open(browser, server, { colorScheme, viewport: { width, height: 700 } });
      await press(page, 'Save');
      await page.locator('[aria-invalid]').first().waitFor();
      await page.getByRole('switch', { name: 'Use TLS' }).click();
      if (colorScheme === 'dark') {
        await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
        for (const label of ['Host', 'Topic prefix', 'Payload when online']) await fill(page, label, 'x'.repeat(200));
        await fill(page, 'CA certificates', '/etc/ssl/ca.pem');
        const ca = page.getByLabel('CA certificates');
        expect(await ca.evaluate((input) => getComputedStyle(input).direction)).toBe('ltr');
      }
      for (const fold of await page.locator('details').all())
        await fold.evaluate((one) => one.setAttribute('open', ''));
      await expectAccessible(page);
      await expectNoSidewaysScrolling(page);
    }
  }
});

test('needs no mouse', async ({ browser, scene }) => {
  const broker = scene.keep(await startMosquitto(scene.directory));
  const server = await scene.server();
  const page = await scene.open(browser, server);
  const tabTo = async (name: string) => {
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
    for (let step = 0; step < 80 && (await focused()) !== name; step++) await page.keyboard.press('Tab');
    expect(await focused()).toBe(name);
  };
  await tabTo('mqtt-broker_host');
  await page.keyboard.type('127.0.0.1');
  await page.keyboard.press('Tab');
  await page.keyboard.type(String(broker.port));
  await tabTo('mqtt-retain_events');
  await page.keyboard.press('Space');
  await tabTo('Test connection');
  await page.keyboard.press('Enter');
  await see(page, 'The connection works.');
  await tabTo('Save');
  await page.keyboard.press('Enter');
  await see(page, 'The settings are saved.');
  expect(await server.stored()).toMatchObject({ retain_events: true });
  // Enter saves without leaving the field, and takes away the blanks that were pasted along.
  await page.getByLabel('Host').fill(' localhost\u00a0');
  await page.keyboard.press('Enter');
  await see(page, 'All changes are saved');
  expect(await server.stored()).toMatchObject({ broker_host: 'localhost' });
  expect(await page.getByLabel('Host').inputValue()).toBe('localhost');
  // What is folded away is reached too.
  await visit(page, server);
  const fold = page.locator('summary').last();
  await fold.focus();
  await page.keyboard.press('Enter');
  await tabTo('mqtt-client_id');
});
