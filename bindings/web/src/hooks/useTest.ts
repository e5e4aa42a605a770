import { useState } from 'react';
import type { ConnectionReport, MqttSettingsApi } from '../api/contract';
import { type ApiProblem, problemFrom } from '../api/problem';
import type { Settings } from '../settings/schema';
import type { TestState } from '../test/TestCard';

export interface ConnectionTest {
  state: TestState | null;
  run(): Promise<void>;
}

type Found = { draft: string } & ({ report: ConnectionReport } | { problem: ApiProblem } | { running: true });

/** The test of the connection with what is in the form. */
export function useTest(api: MqttSettingsApi, draft: Settings): ConnectionTest {
  const [found, setFound] = useState<Found | null>(null);
  const text = JSON.stringify(draft);

  async function run(): Promise<void> {
    if (found && 'running' in found) return;
    setFound({ draft: text, running: true });
    try {
      setFound({ draft: text, report: await api.test(draft) });
    } catch (thrown) {
      setFound({ draft: text, problem: problemFrom(thrown) });
    }
  }

  return { state: found && stateOf(found, text), run };
}

function stateOf(found: Found, text: string): TestState {
  if ('running' in found) return { kind: 'running' };
  if ('problem' in found) return { kind: 'failed', problem: found.problem };
  return { kind: 'done', report: found.report, outdated: found.draft !== text };
}
