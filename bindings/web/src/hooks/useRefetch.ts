import { useEffect, useEffectEvent, useRef } from 'react';
import type { MqttSettingsApi } from '../api/contract';
import type { Stored } from '../settings/draft';
import type { Editor } from './useEditor';

/**
 * Load again when the status tells of another version than the one that is shown, and when the page is returned to. An
 * answer that a newer question or a save has overtaken is dropped.
 *
 * @param told The version that the last status told, `undefined` before one.
 */
export function useRefetch(
  api: MqttSettingsApi,
  editor: Editor,
  saving: boolean,
  told: string | null | undefined,
): void {
  const question = useRef<AbortController>(undefined);
  const shown = useEffectEvent(() => editor.stored.version);
  const hear = useEffectEvent((now: Stored, askedOn: string | null) => {
    if (!saving && editor.stored.version === askedOn) editor.takeOver(now);
  });
  const again = useEffectEvent(() => {
    if (saving || document.visibilityState !== 'visible') return;
    question.current?.abort();
    question.current = new AbortController();
    const { signal } = question.current;
    const askedOn = shown();
    api.load(signal).then(
      (now) => {
        if (!signal.aborted) hear(now, askedOn);
      },
      () => undefined,
    );
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was told during a save is looked at after it.
  useEffect(() => {
    if (told !== undefined && told !== shown()) again();
  }, [told, saving]);

  useEffect(() => {
    const look = () => again();
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
      question.current?.abort();
    };
  }, []);
}
