/** Makes the pictures of docs/settings: each state of the page, in light and in dark. */

import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { selfSigned, startMosquitto, startOldBroker } from '../support/brokers';
import { test } from '../support/browserTest';
import { fill, press, save, see, seeState, testSteps } from '../support/page';
import { REPOSITORY } from '../support/repository';

const DIRECTORY = `${REPOSITORY}docs/settings`;
const WIDE = { viewport: { width: 1120, height: 800 } };
const NARROW = { viewport: { width: 375, height: 720 } };

async function take(page: Page, name: string): Promise<void> {
  mkdirSync(DIRECTORY, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${DIRECTORY}/${name}-${colorScheme}.png`, animations: 'disabled', caret: 'hide' });
  }
}

test('first visit and test', async ({ browser, scene }) => {
  const login = { username: 'argus', password: 'right' };
  const broker = scene.keep(await startMosquitto(scene.directory, { login }));
  const server = await scene.server();
  const page = await scene.open(browser, server, WIDE);
  await seeState(page, 'Not set up yet');
  await take(page, 'first-visit');
  await fill(page, 'Host', '127.0.0.1');
  await fill(page, 'Port', String(broker.port));
  await fill(page, 'Username', 'argus');
  await fill(page, 'Password', 'wrong');
  await page.getByLabel('Password', { exact: true }).blur();
  await press(page, 'Test connection');
  await testSteps(page);
  await take(page, 'wrong-password');
  await fill(page, 'Password', 'right');
  await press(page, 'Test connection');
  await see(page, 'The connection works.');
  await take(page, 'test-works');
});

test('troubles with the connection', async ({ browser, scene }) => {
  const tls = scene.keep(await startMosquitto(scene.directory, { tls: selfSigned(scene.directory) }));
  const old = scene.keep(await startOldBroker());
  const server = await scene.server();
  const page = await scene.open(browser, server, WIDE);
  await fill(page, 'Host', 'broker.invalid');
  await press(page, 'Test connection');
  await testSteps(page);
  await take(page, 'wrong-host');
  await fill(page, 'Host', '127.0.0.1');
  await fill(page, 'Port', String(tls.port));
  await page.getByRole('switch', { name: 'Use TLS' }).click();
  await press(page, 'Test connection');
  await see(page, 'Encrypt the connection');
  await testSteps(page);
  await take(page, 'foreign-certificate');
  await page.getByRole('switch', { name: 'Use TLS' }).click();
  await fill(page, 'Port', String(old.port));
  await press(page, 'Test connection');
  await see(page, 'The connection works.');
  await save(page);
  await seeState(page, 'Online');
  await press(page, 'Close');
  await page.evaluate(() => scrollTo(0, 0));
  await take(page, 'mqtt-3.1.1');
});

test('online, faults, and an outage', async ({ browser, scene }) => {
  const broker = scene.keep(await startMosquitto(scene.directory));
  const server = await scene.server();
  const page = await scene.open(browser, server, WIDE);
  await fill(page, 'Host', '127.0.0.1');
  await fill(page, 'Port', String(broker.port));
  await save(page);
  await seeState(page, 'Online');
  await server.publish(128);
  await see(page, /^128$/);
  await take(page, 'online');
  await fill(page, 'Payload when online', 'offline');
  await fill(page, 'Event lifetime in seconds', '30');
  await see(page, /is also the/);
  await press(page, 'Save');
  await see(page, '2 settings need a correction.');
  await take(page, 'faults');
  await press(page, 'Discard changes');
  await broker.stop();
  await seeState(page, 'Not connected');
  await server.publish(12);
  await see(page, /^12 messages wait to be sent/);
  await page.evaluate(() => scrollTo(0, 0));
  await take(page, 'outage');
  const phone = await scene.open(browser, server, NARROW);
  await seeState(phone, 'Not connected');
  await take(phone, 'phone');
});

test('two who edit, and a server that is gone', async ({ browser, scene }) => {
  const server = await scene.server();
  await server.store({ broker_host: 'homeassistant.local', enabled: false });
  const page = await scene.open(browser, server, WIDE);
  await fill(page, 'Topic prefix', 'garden');
  await server.store({ topic_prefix: 'house', broker_host: 'broker.local' });
  await see(page, /Saved by somebody else/);
  await page.getByRole('button', { name: 'Use that' }).scrollIntoViewIfNeeded();
  await page.evaluate(() => scrollTo(0, 0));
  await take(page, 'somebody-else-saved');
  await server.stop();
  await press(page, 'Save');
  await see(page, /It is not known whether/);
  await take(page, 'server-gone');
});

test('another worker has the connection', async ({ browser, scene }) => {
  const broker = scene.keep(await startMosquitto(scene.directory));
  const owner = await scene.server('--worker');
  await owner.store({ broker_host: '127.0.0.1', broker_port: broker.port });
  const other = await scene.server('--worker');
  const page = await scene.open(browser, other, WIDE);
  await see(page, /is online at/);
  await take(page, 'elsewhere');
});
