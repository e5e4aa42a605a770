import { useEffect, useEffectEvent } from 'react';

/**
 * Load again when the status tells of another version than the one that is shown, and when the page is returned to.
 *
 * @param told The version that the last status told, `undefined` before one.
 * @param shown The version that the form stands on.
 */
export function useRefetch(told: string | null | undefined, shown: string | null, refetch: () => void): void {
  const again = useEffectEvent(() => {
    if (document.visibilityState === 'visible') refetch();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a status that was told before a save of our own is no news.
  useEffect(() => {
    if (told !== undefined && told !== shown) again();
  }, [told]);
  useEffect(() => {
    const look = () => again();
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
}
