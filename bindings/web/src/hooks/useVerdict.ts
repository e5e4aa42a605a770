import { useEffect, useRef, useState } from 'react';
import type { Fault, MqttSettingsApi, Verdict } from '../api/contract';
import type { Settings } from '../settings/schema';

/** How long one has to stop typing before the library is asked. */
const PAUSE = 400;

export interface Judgement {
  /** What the library thinks of `asked`; `null` until it has answered for the first time. */
  verdict: Verdict | null;
  /** What was in the form when it was asked. */
  asked: Settings;
  /** Show the faults for which a draft was refused, until something is changed. */
  refuse(refused: Settings, faults: Fault[]): void;
}

type Judged = Omit<Judgement, 'refuse'>;

/** Ask the library what it thinks of a draft, whenever that changes. */
export function useVerdict(api: MqttSettingsApi, draft: Settings): Judgement {
  const [judged, setJudged] = useState<Judged>({ verdict: null, asked: {} });
  const question = useRef<AbortController>(undefined);
  // The draft is made anew at every rendering; its text tells whether it has changed.
  const text = JSON.stringify(draft);
  // A save is refused after a while, and meets the draft as it is then.
  const latest = useRef(text);
  latest.current = text;

  useEffect(() => {
    const controller = new AbortController();
    question.current = controller;
    const { signal } = controller;
    const asked = JSON.parse(text) as Settings;
    const timer = setTimeout(() => {
      if (signal.aborted) return;
      api
        .check(asked, signal)
        .then((verdict) => {
          if (!signal.aborted) setJudged({ verdict, asked });
        })
        .catch(() => {
          // Saving judges again, and tells when the server does not answer. Notes on what stood there before go.
          if (!signal.aborted) setJudged(withoutNotes);
        });
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [api, text]);

  return {
    ...judged,
    refuse: (refused, faults) => {
      // What is still being asked about the same draft would answer later, and knows less.
      if (JSON.stringify(refused) === latest.current) question.current?.abort();
      setJudged(({ verdict }) => ({
        verdict: { valid: false, settings: verdict?.settings ?? null, faults, notes: [] },
        asked: refused,
      }));
    },
  };
}

function withoutNotes({ verdict, asked }: Judged): Judged {
  return { verdict: verdict && { ...verdict, notes: [] }, asked };
}
