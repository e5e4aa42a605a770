import { useEffect, useState } from 'react';
import type { MqttSettingsApi, Status } from '../api/contract';
import { type ApiProblem, problemFrom } from '../api/problem';
import { pause } from './pause';

export interface SeenStatus {
  /** The last one that came; `null` before the first. */
  status: Status | null;
  /** When it came, in milliseconds. */
  at: number;
  /** Why there is no newer one; `null` while they come. */
  problem: ApiProblem | null;
}

/** Between two questions, where there is no stream, and before a stream that has ended is asked for again. */
const PAUSE = 5000;
/** How many questions are asked before a stream that never came is tried again. */
const QUESTIONS_PER_STREAM = 12;

/** Follow the status of the client while the page is seen: from a stream, or else by asking. */
export function useStatus(api: MqttSettingsApi): SeenStatus {
  const [seen, setSeen] = useState<SeenStatus>({ status: null, at: 0, problem: null });

  useEffect(() => {
    let follower = new AbortController();
    const start = () => {
      follower.abort();
      follower = new AbortController();
      if (document.visibilityState === 'visible') void follow(api, setSeen, follower.signal);
    };
    start();
    // A page that nobody sees holds no connection: browsers allow few to one server.
    document.addEventListener('visibilitychange', start);
    return () => {
      document.removeEventListener('visibilitychange', start);
      follower.abort();
    };
  }, [api]);

  return seen;
}

type Update = (change: (seen: SeenStatus) => SeenStatus) => void;

async function follow(api: MqttSettingsApi, update: Update, signal: AbortSignal): Promise<void> {
  const tell = (status: Status) => {
    if (!signal.aborted) update(() => ({ status, at: Date.now(), problem: null }));
  };
  let untilStream = 0;
  while (!signal.aborted) {
    if (api.watchStatus && untilStream === 0) {
      let came = false;
      const hear = (status: Status) => {
        came = true;
        tell(status);
      };
      await api.watchStatus(hear, signal).catch(() => undefined);
      untilStream = came ? 0 : QUESTIONS_PER_STREAM;
    } else if (untilStream > 0) {
      untilStream -= 1;
    }
    if (signal.aborted) return;
    try {
      tell(await api.status(signal));
    } catch (thrown) {
      if (signal.aborted) return;
      update((seen) => ({ ...seen, problem: problemFrom(thrown) }));
      // A server that comes back has a stream again.
      untilStream = 0;
    }
    await pause(PAUSE, signal);
  }
}
