import { useEffect, useState } from 'react';
import type { Fault, MqttSettingsApi, Verdict } from '../api/contract';
import type { Settings } from '../settings/schema';

/** How long one has to stop typing before the library is asked. */
const PAUSE = 400;

export interface Judgement {
  /** What the library thinks of `asked`; `null` until it has answered for the first time. */
  verdict: Verdict | null;
  /** What was in the form when it was asked. */
  asked: Settings;
  /** Show faults that came another way, until something is changed. */
  refuse(faults: Fault[]): void;
}

/** Ask the library what it thinks of a draft, whenever that changes. */
export function useVerdict(api: MqttSettingsApi, draft: Settings): Judgement {
  const [judged, setJudged] = useState<{ verdict: Verdict | null; asked: Settings }>({ verdict: null, asked: {} });
  // The draft is made anew at every rendering; its text tells whether it has changed.
  const text = JSON.stringify(draft);

  useEffect(() => {
    const question = new AbortController();
    const asked = JSON.parse(text) as Settings;
    const timer = setTimeout(() => {
      api
        .check(asked, question.signal)
        .then((verdict) => {
          if (!question.signal.aborted) setJudged({ verdict, asked });
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
    ...judged,
    refuse: (faults) => {
      const settings = judged.verdict?.settings ?? null;
      setJudged({ verdict: { valid: false, settings, faults, notes: [] }, asked: draft });
    },
  };
}
