import { useRef, useState } from 'react';

/**
 * An action that does nothing while it runs already: a second press can come before the button is drawn as inactive.
 *
 * @returns Whether it runs, and what starts it.
 */
export function useOneAtATime<Given extends unknown[]>(
  action: (...given: Given) => Promise<void>,
): [boolean, (...given: Given) => Promise<void>] {
  const running = useRef(false);
  const [busy, setBusy] = useState(false);

  async function start(...given: Given): Promise<void> {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    try {
      await action(...given);
    } finally {
      running.current = false;
      setBusy(false);
    }
  }

  return [busy, start];
}
