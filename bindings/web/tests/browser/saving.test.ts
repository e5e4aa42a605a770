/** Saving, with all that can come between. */

import { expect } from 'vitest';
import { Subscriber, startMosquitto } from '../support/brokers';
import { test } from '../support/browserTest';
import { fill, press, save, see, seeState } from '../support/page';
import { type Scene, visit } from '../support/scene';
import { API, PostgreSQL } from '../support/server';
import { DEADLINE, waitUntil } from '../support/wait';

test.for(['SQLite', 'PostgreSQL'])(
  'the client moves to another broker and takes along what waits, with %s',
  async (database, { browser, scene }) => {
    const before = scene.keep(await startMosquitto(scene.directory));
    const after = scene.keep(await startMosquitto(scene.directory));
    const subscriber = scene.keep(await Subscriber.start(after, 'argusai/#'));
    const server = await scene.server(await databaseOf(database, scene));
    await server.store({ broker_host: '127.0.0.1', broker_port: before.port });
    const page = await scene.open(browser, server);
    await seeState(page, 'Online');
    await before.stop();
    await seeState(page, 'Not connected');
    await server.publish(50);
    await see(page, /^50 messages wait to be sent/);
    await fill(page, 'Port', String(after.port));
    await save(page);
    await seeState(page, 'Online');
    await see(page, 'Nothing waits to be sent.');
    const topic = 'argusai/events/front_door';
    await waitUntil(() => subscriber.payloads(topic).length >= 50, 'the events arrive');
    const numbers = subscriber.payloads(topic).map((payload) => JSON.parse(payload).number);
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(subscriber.payloads('argusai/status')).toContain('online');
  },
);

test('an empty status topic of Home Assistant is none, and stays so', async ({ browser, scene }) => {
  const server = await scene.server();
  await server.store({ broker_host: '127.0.0.1', enabled: false });
  const page = await scene.open(browser, server);
  const topic = page.getByLabel('Status topic of Home Assistant');
  const unfold = async () => {
    await topic.waitFor({ state: 'attached' });
    for (const fold of await page.locator('details').all()) await fold.evaluate((one) => one.setAttribute('open', ''));
  };
  await unfold();
  expect(await topic.inputValue()).toBe('homeassistant/status');
  await topic.fill('');
  await save(page);
  expect(await server.stored()).toMatchObject({ home_assistant_status_topic: '' });
  await page.reload();
  await unfold();
  expect(await topic.inputValue()).toBe('');
  expect(await topic.getAttribute('placeholder')).toBe('none');
});

test('of two tabs, each shows what the other has saved, and keeps what is typed in it', async ({ browser, scene }) => {
  const server = await scene.server();
  await server.store({ broker_host: '127.0.0.1', enabled: false });
  const [one, two] = [await scene.open(browser, server), await scene.open(browser, server)];
  await fill(two, 'Topic prefix', 'mine');
  await fill(two, 'Payload when online', 'up');
  await fill(one, 'Topic prefix', 'theirs');
  await fill(one, 'Discovery prefix', 'ha');
  await save(one);
  // Told by the status, without anything being done in the second.
  await see(two, /Now shown as they saved it: Discovery prefix/);
  await see(two, /Saved by somebody else: theirs/);
  expect(await two.getByLabel('Topic prefix').inputValue()).toBe('mine');
  await press(two, 'Use that');
  await save(two);
  expect(await server.stored()).toMatchObject({ topic_prefix: 'theirs', birth_message: 'up', discovery_prefix: 'ha' });
  await expect.poll(() => one.getByLabel('Payload when online').inputValue()).toBe('up');
});

test('a save on top of one that is not known yet is not stored, and shown', async ({ browser, scene }) => {
  const server = await scene.server();
  await server.store({ broker_host: '127.0.0.1', enabled: false });
  const page = await scene.open(browser, server);
  // Nothing tells this tab of other saves.
  await page.route('**/status', (route) => route.abort());
  await visit(page, server);
  await fill(page, 'Topic prefix', 'mine');
  await server.store({ topic_prefix: 'theirs', discovery_prefix: 'ha' });
  await press(page, 'Save');
  await see(page, /Changed by both of you: Topic prefix/);
  expect(await page.getByLabel('Topic prefix').inputValue()).toBe('mine');
  expect(await page.getByLabel('Discovery prefix').inputValue()).toBe('ha');
  expect(await server.stored()).toMatchObject({ topic_prefix: 'theirs' });
  await save(page);
  expect(await server.stored()).toMatchObject({ topic_prefix: 'mine', discovery_prefix: 'ha' });
});

test('a server that dies while saving loses nothing that is typed', async ({ browser, scene }) => {
  const server = await scene.server();
  await server.store({ broker_host: '127.0.0.1', enabled: false });
  const page = await scene.open(browser, server);
  await fill(page, 'Topic prefix', 'first');
  // It stores them, and dies before it answers.
  await page.route(`**/${API}`, async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue();
    await route.fetch();
    await server.stop();
    return route.abort();
  });
  await press(page, 'Save');
  await see(page, /It is not known whether the settings were saved. The server does not answer/);
  expect(await page.getByLabel('Topic prefix').inputValue()).toBe('first');
  await server.restart();
  await see(page, /the settings had been saved/);
  await see(page, 'All changes are saved');
  await page.unroute(`**/${API}`);
  // It dies before it has heard of them.
  await fill(page, 'Topic prefix', 'second');
  await server.stop();
  await press(page, 'Save');
  await see(page, /It is not known whether the settings were saved. The server does not answer/);
  await server.restart();
  await see(page, /had not been saved/);
  expect(await page.getByLabel('Topic prefix').inputValue()).toBe('second');
  await save(page);
  expect(await server.stored()).toMatchObject({ topic_prefix: 'second' });
  await seeState(page, 'Switched off');
});

test('a link and the Back button within the program ask before something unsaved is left', async ({
  browser,
  scene,
}) => {
  const server = await scene.server();
  await server.store({ broker_host: '127.0.0.1', enabled: false });
  const page = await scene.open(browser, server);
  // As the router of a program around has it: two pages in one document, and a link to another.
  await page.evaluate(() => {
    history.replaceState(null, '', '?page=cameras');
    history.pushState(null, '', '?page=settings');
    document.body.insertAdjacentHTML('afterbegin', '<a href="?page=events">Events</a> <a href="#here">Here</a>');
    document.body.addEventListener('click', (event) => {
      const link = (event.target as Element).closest('a');
      if (!link || event.defaultPrevented) return;
      event.preventDefault();
      history.pushState(null, '', link.href);
    });
  });
  const asked: string[] = [];
  let leave = false;
  page.on('dialog', (dialog) => {
    asked.push(dialog.message());
    void (leave ? dialog.accept() : dialog.dismiss());
  });
  const at = (name: string) => expect.poll(() => page.url(), { timeout: DEADLINE }).toContain(name);
  const link = page.getByRole('link', { name: 'Events' });
  const prefix = page.getByLabel('Topic prefix');
  await prefix.press('End');
  await page.keyboard.type('x');
  await page.getByRole('link', { name: 'Here' }).click();
  expect(asked).toEqual([]);
  await link.click();
  await expect.poll(() => asked).toHaveLength(1);
  await at('page=settings');
  // Past the place on the page, and then to the page before.
  const back = () => page.evaluate(() => void setTimeout(() => history.back()));
  await back();
  await expect.poll(() => page.url(), { timeout: DEADLINE }).not.toContain('#here');
  expect(asked).toHaveLength(1);
  await prefix.press('End');
  await page.keyboard.type('x');
  await back();
  await expect.poll(() => asked, { timeout: DEADLINE }).toHaveLength(2);
  expect(asked[1]).toContain('not saved');
  await at('page=settings');
  expect(await prefix.inputValue()).toBe('argusaixx');
  leave = true;
  await link.click();
  await at('page=events');
  expect(asked).toHaveLength(3);
  // It was agreed to, so that nothing asks again.
  await page.reload();
  await page.getByLabel('Host').waitFor();
  expect(asked).toHaveLength(3);
  await link.waitFor({ state: 'detached' });
});

test('the browser asks before something unsaved is left', async ({ browser, scene }) => {
  const server = await scene.server();
  await server.store({ broker_host: '127.0.0.1', enabled: false });
  const page = await scene.open(browser, server);
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await page.getByLabel('Topic prefix').press('End');
  await page.keyboard.type('x');
  await page.evaluate(() => void setTimeout(() => location.reload()));
  await expect.poll(() => asked, { timeout: DEADLINE }).toEqual(['beforeunload']);
  expect(await page.getByLabel('Topic prefix').inputValue()).toBe('argusaix');
  await press(page, 'Discard changes');
  await page.reload();
  await page.getByLabel('Host').waitFor();
  expect(asked).toHaveLength(1);
});

test('without a stream of events the status is asked for', async ({ browser, scene }) => {
  const broker = scene.keep(await startMosquitto(scene.directory));
  const server = await scene.server();
  await server.store({ broker_host: '127.0.0.1', broker_port: broker.port });
  const page = await scene.open(browser, server);
  let refused = 0;
  await page.route('**/status', (route) => {
    if (!route.request().headers().accept?.includes('text/event-stream')) return route.continue();
    refused += 1;
    return route.fulfill({ status: 503, body: '{}' });
  });
  await visit(page, server);
  await seeState(page, 'Online');
  await broker.stop();
  await seeState(page, 'Not connected');
  expect(refused).toBeGreaterThan(0);
});

async function databaseOf(kind: string, scene: Scene): Promise<string | undefined> {
  return kind === 'PostgreSQL' ? scene.keep(await PostgreSQL.start()).url : undefined;
}
