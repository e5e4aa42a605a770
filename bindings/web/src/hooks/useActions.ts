import type { MqttSettingsApi } from '../api/contract';
import { type ApiProblem, problemFrom } from '../api/problem';
import type { Notice, Notify } from '../notices';
import type { Texts } from '../texts/english';
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
      notify({ kind: 'error', text: reason(problemFrom(thrown), words) });
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

function reason(problem: ApiProblem, words: Texts['actions']): string {
  switch (problem.kind) {
    case 'offline':
      return problem.message || words.offline;
    case 'unreachable':
      return words.unreachable;
    case 'forbidden':
      return words.forbidden;
    case 'busy':
      return problem.message || words.busy;
    default:
      return words.failed(problem.message);
  }
}
