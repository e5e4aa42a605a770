/** What is going on, in words. */

import type { ClientStatus, State } from '../api/contract';
import type { SeenStatus } from '../hooks/useStatus';
import type { Texts } from '../texts/english';
import { reasonOf } from '../texts/reasons';
import { duration } from '../texts/words';
import type { Tone } from '../ui/Alert';

export interface StatusWords {
  tone: Tone;
  /** What is announced when it changes; without numbers that go on. */
  title: string;
  /** More, which may change every second. */
  details: string[];
}

/** Tell a status that came some seconds ago. */
export function statusWords({ status, at, problem }: SeenStatus, now: number, texts: Texts): StatusWords {
  const words = texts.status;
  if (problem?.kind === 'unreachable' && problem.status === null)
    return { tone: 'bad', title: words.unreachable, details: [] };
  if (problem) return { tone: 'bad', title: words.failed, details: [reasonOf(problem, texts)] };
  if (!status) return { tone: 'info', title: words.unknown, details: [] };
  const { state, client } = status;
  // The client goes on, and says so in the message.
  if (state === 'database') return { tone: 'bad', title: words.database, details: [status.message] };
  if (client) return clientWords(state, client, Math.max(0, (now - at) / 1000), texts);
  switch (state) {
    case 'not_set_up':
      return { tone: 'info', title: words.notSetUp, details: [words.notSetUpHelp] };
    case 'off':
      return { tone: 'info', title: words.off, details: [words.offHelp] };
    case 'unusable':
      return { tone: 'bad', title: words.unusable, details: [status.message] };
    case 'elsewhere':
      return { tone: 'info', title: words.elsewhere, details: [status.message] };
    default:
      return { tone: 'warning', title: words.stopped, details: [status.message] };
  }
}

function clientWords(state: State, client: ClientStatus, elapsed: number, texts: Texts): StatusWords {
  const words = texts.status;
  const say = (seconds: number) => duration(seconds, texts.locale);
  switch (state) {
    case 'online': {
      const since = client.online_for_seconds;
      const connected =
        since === null ? words.onlineAt(client.broker) : words.onlineFor(say(since + elapsed), client.broker);
      const version = client.protocol ? [`${words.protocol(client.protocol)}.`] : [];
      return { tone: 'good', title: words.online, details: [connected, ...version] };
    }
    case 'connected':
      return { tone: 'good', title: words.connected, details: [words.connectedHelp(client.broker)] };
    case 'connecting':
      return { tone: 'info', title: words.connecting, details: [words.connectingHelp(client.broker)] };
    case 'waiting': {
      const left = (client.next_attempt_in_seconds ?? 0) - elapsed;
      const next = left < 1 ? words.waitingSoon : words.waitingHelp(say(left));
      const failed = client.reconnect_attempt > 0 ? [words.attempt(client.reconnect_attempt)] : [];
      return { tone: 'warning', title: words.waiting, details: [...failed, next] };
    }
    case 'refused':
      return { tone: 'bad', title: words.refused, details: [words.refusedHelp] };
    default:
      return { tone: 'info', title: words.shuttingDown, details: [] };
  }
}

/** What waits in the queue, in words. */
export function queueWords({ status, at }: SeenStatus, now: number, texts: Texts): string | null {
  const client = status?.client;
  if (!client) return null;
  if (client.queued === 0) return texts.status.emptyQueue;
  const oldest = client.oldest_age_seconds;
  const age = oldest === null ? null : duration(oldest + Math.max(0, (now - at) / 1000), texts.locale);
  return `${texts.status.queued(client.queued)}${age === null ? '' : texts.status.oldest(age)}.`;
}
