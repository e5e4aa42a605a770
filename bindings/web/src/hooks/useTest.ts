import { useState } from 'react';
import type { ConnectionReport, MqttSettingsApi } from '../api/contract';
import { type ApiProblem, problemFrom } from '../api/problem';
import type { Settings } from '../settings/schema';
import type { TestState } from '../test/TestCard';
import { useOneAtATime } from './useOneAtATime';

export interface ConnectionTest {
  state: TestState | null;
  run(): Promise<void>;
  /** Know the settings of the test again in another form: that of what was saved, without the password. */
  saved(sent: Settings, now: Settings): void;
}

type Outcome = { report: ConnectionReport } | { problem: ApiProblem } | null;

/** The test of the connection with what is in the form. */
export function useTest(api: MqttSettingsApi, draft: Settings): ConnectionTest {
  /** What was tested, as text; `null` before the first test. */
  const [tested, setTested] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const text = JSON.stringify(draft);

  const [running, run] = useOneAtATime(async () => {
    setTested(text);
    setOutcome(null);
    try {
      setOutcome({ report: await api.test(draft) });
    } catch (thrown) {
      setOutcome({ problem: problemFrom(thrown) });
    }
  });

  function saved(sent: Settings, now: Settings): void {
    setTested((before) => (before === JSON.stringify(sent) ? JSON.stringify(now) : before));
  }

  return { state: running ? { kind: 'running' } : outcome && stateOf(outcome, tested !== text), run, saved };
}

function stateOf(outcome: NonNullable<Outcome>, outdated: boolean): TestState {
  if ('problem' in outcome) return { kind: 'failed', problem: outcome.problem };
  return { kind: 'done', report: outcome.report, outdated };
}
