/** The connection test says what is wrong, and what to do about it. */

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { selfSigned, startMosquitto, startOldBroker } from '../support/brokers';
import { test } from '../support/browserTest';
import { fill, press, save, see, seeState, testSteps } from '../support/page';
import { freePort } from '../support/program';

async function enter(page: Page, host: string, port: number): Promise<void> {
  await fill(page, 'Host', host);
  await fill(page, 'Port', String(port));
}

test('a host that has no address, and a port where nobody listens', async ({ browser, scene }) => {
  const server = await scene.server();
  const page = await scene.open(browser, server);
  await enter(page, 'broker.invalid', 1883);
  await press(page, 'Test connection');
  expect(await testSteps(page)).toMatchObject({
    'Find the broker’s address': 'failed',
    'Reach the broker': 'not reached',
  });
  await enter(page, '127.0.0.1', await freePort());
  await see(page, 'The settings have changed since this test.');
  await press(page, 'Test connection');
  await see(page, /Connection refused/);
  expect(await testSteps(page)).toMatchObject({ 'Reach the broker': 'failed', 'Log in': 'not reached' });
  // The remedy leads to the field that it names.
  await press(page, '“Host”');
  const focused = () => page.getByLabel('Host').evaluate((field) => field === document.activeElement);
  await expect.poll(focused).toBe(true);
});

test('a wrong password, in the test and once it is saved', async ({ browser, scene }) => {
  const login = { username: 'argus', password: 'right' };
  const broker = scene.keep(await startMosquitto(scene.directory, { login }));
  const server = await scene.server();
  const page = await scene.open(browser, server);
  await enter(page, '127.0.0.1', broker.port);
  await fill(page, 'Username', 'argus');
  await fill(page, 'Password', 'wrong');
  await press(page, 'Test connection');
  expect(await testSteps(page)).toMatchObject({ 'Speak MQTT': 'works', 'Log in': 'failed' });
  await save(page);
  await seeState(page, 'Refused by the broker');
  await see(page, 'A password is stored');
  expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
  // The right one is taken without a restart.
  await fill(page, 'Password', 'right');
  await press(page, 'Test connection');
  await see(page, 'The connection works.');
  await save(page);
  await seeState(page, 'Online');
  // The stored password is asked for again before it goes to another host.
  await fill(page, 'Host', 'localhost');
  await see(page, /Is needed again, because “Host” changed/);
});

test('a certificate that nobody vouches for', async ({ browser, scene }) => {
  const tls = selfSigned(scene.directory);
  const broker = scene.keep(await startMosquitto(scene.directory, { tls }));
  const server = await scene.server();
  const page = await scene.open(browser, server);
  await enter(page, '127.0.0.1', broker.port);
  await page.getByRole('switch', { name: 'Use TLS' }).click();
  await press(page, 'Test connection');
  expect(await testSteps(page)).toMatchObject({ 'Reach the broker': 'works', 'Encrypt the connection': 'failed' });
  await press(page, 'Accept this certificate alone');
  expect(await page.getByLabel('Certificate fingerprint').inputValue()).toMatch(/^([0-9A-F]{2}:?){32}$/);
  await press(page, 'Test connection');
  await see(page, 'The connection works.');
  await fill(page, 'Certificate fingerprint', '');
  await fill(page, 'CA certificates', tls.certificate);
  await see(page, 'The settings have changed since this test.');
  await press(page, 'Test connection');
  await expect.poll(() => page.getByText('The settings have changed since this test.').count()).toBe(0);
  await see(page, 'The connection works.');
  await save(page);
  await seeState(page, 'Online');
  await see(page, /certificate is valid until \d{4}-\d\d-\d\d/);
});

test('a broker that speaks MQTT 3.1.1 alone is connected with that', async ({ browser, scene }) => {
  const broker = scene.keep(await startOldBroker());
  const server = await scene.server();
  const page = await scene.open(browser, server);
  await enter(page, '127.0.0.1', broker.port);
  await press(page, 'Test connection');
  await see(page, 'The connection works.');
  await save(page);
  await seeState(page, 'Online');
  await see(page, 'MQTT 3.1.1.');
});
