/** What a test has made, to be unmade at its end. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { Server } from './server';
import { DEADLINE } from './wait';

export class Scene {
  readonly directory = mkdtempSync(`${tmpdir()}/argus-mqtt-page-`);
  readonly #ends: (() => unknown)[] = [() => rmSync(this.directory, { recursive: true, force: true })];

  /** Remember to stop something. */
  keep<T extends { stop(): unknown }>(thing: T): T {
    this.#ends.push(() => thing.stop());
    return thing;
  }

  async server(database?: string): Promise<Server> {
    return this.keep(await Server.start(`${this.directory}/server`, database));
  }

  /** Open the page in a profile of its own. */
  async open(browser: Browser, server: Server, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1180, height: 900 }, ...options });
    context.setDefaultTimeout(DEADLINE);
    this.#ends.push(() => context.close());
    const page = await context.newPage();
    await visit(page, server);
    return page;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }
}

/** Load the page, and wait until the form is there. */
export async function visit(page: Page, server: Server): Promise<void> {
  await page.goto(server.entrance);
  await page.getByLabel('Host').waitFor();
}
