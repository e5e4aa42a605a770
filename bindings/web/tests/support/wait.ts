export const DEADLINE = 60_000;

/** Wait for a condition. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  what: string,
  milliseconds = DEADLINE,
): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain for this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
