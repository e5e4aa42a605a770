import { useEffect, useState } from 'react';
import type { Fault, MqttSettingsApi, Verdict } from '../api/contract';
import type { Settings } from '../settings/schema';

/** How long one has to stop typing before the library is asked. */
const PAUSE = 400;

export interface Judgement {
  /** What the library thinks of what is in the form; `null` until it has answered for the first time. */
  verdict: Verdict | null;
  /** Show faults that came another way, until something is changed. */
  refuse(faults: Fault[]): void;
}

/** Ask the library what it thinks of a draft, whenever that changes. */
export function useVerdict(api: MqttSettingsApi, draft: Settings): Judgement {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  // The draft is made anew at every rendering; its text tells whether it has changed.
  const text = JSON.stringify(draft);

  useEffect(() => {
    const question = new AbortController();
    const timer = setTimeout(() => {
      api
        .check(JSON.parse(text) as Settings, question.signal)
        .then((answer) => {
          if (!question.signal.aborted) setVerdict(answer);
        })
        // Saving judges again, and tells when the server does not answer.
        .catch(() => undefined);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      question.abort();
    };
  }, [api, text]);

  return {
    verdict,
    refuse: (faults) => setVerdict({ valid: false, settings: verdict?.settings ?? null, faults, notes: [] }),
  };
}
