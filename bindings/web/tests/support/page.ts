/** What people do on the page, and what they see. */

import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export async function fill(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(text);
}

export async function press(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
}

export async function see(page: Page, text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}

/** Save, and wait until that is said. */
export async function save(page: Page): Promise<void> {
  await press(page, 'Save');
  await see(page, /^The settings are saved/);
}

export async function seeState(page: Page, state: string): Promise<void> {
  const card = page.getByRole('region', { name: 'Status' });
  await card.getByText(state, { exact: true }).waitFor();
}

/** The steps of the connection test with their results, once it has ended. */
export async function testSteps(page: Page): Promise<Record<string, string>> {
  const card = page.getByRole('region', { name: 'Connection test' });
  await card.getByText(/^The connection (works|does not work)/).waitFor();
  const texts = await card.getByRole('listitem').allInnerTexts();
  const parts = texts.map((text) => text.split('\n').filter((part) => part.length > 1));
  return Object.fromEntries(parts.map(([step = '', result = '']) => [step, result]));
}

/** Nothing on the page stands in the way of people with disabilities, as far as a program can tell. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html) }));
  expect(found).toEqual([]);
}

export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(window ?? 0);
}
