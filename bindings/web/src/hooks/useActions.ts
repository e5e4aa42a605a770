import type { MqttSettingsApi } from '../api/contract';
import { type ApiProblem, problemFrom } from '../api/problem';
import type { Notice, Notify } from '../notices';
import type { Texts } from '../texts/english';
import { reasonOf } from '../texts/reasons';
import { useTexts } from '../texts/TextsContext';

export interface Actions {
  reconnect(): Promise<void>;
  publishDiscovery(): Promise<void>;
  sendTestMessage(): Promise<void>;
}

/** What can be asked of the running client; what comes of it is told as a notice. */
export function useActions(api: MqttSettingsApi, notify: Notify): Actions {
  const texts = useTexts();
  const words = texts.actions;

  async function tell(action: () => Promise<string | Notice>): Promise<void> {
    try {
      const done = await action();
      notify(typeof done === 'string' ? { kind: 'success', text: done } : done);
    } catch (thrown) {
      notify({ kind: 'error', text: failure(problemFrom(thrown), texts) });
    }
  }

  return {
    reconnect: () =>
      tell(async () => {
        await api.reconnect();
        return words.reconnectDone;
      }),
    publishDiscovery: () => tell(async () => words.discoveryDone((await api.publishDiscovery()).cameras)),
    sendTestMessage: () =>
      tell(async () => {
        const { topic, delivered, message } = await api.sendTestMessage();
        if (delivered) return words.testMessageDone(topic);
        return { kind: 'error', text: words.testMessageFailed(topic, message) };
      }),
  };
}

/** What came between by itself needs no more words. */
function failure(problem: ApiProblem, texts: Texts): string {
  const reason = reasonOf(problem, texts);
  return problem.kind === 'failed' || problem.kind === 'invalid' ? texts.actions.failed(reason) : reason;
}
