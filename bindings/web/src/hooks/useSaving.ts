import { useEffect, useRef, useState } from 'react';
import type { Fault, MqttSettingsApi } from '../api/contract';
import { ApiProblem, isLoggedOut, problemFrom } from '../api/problem';
import { changesOf, draftOf, type FormValues } from '../settings/draft';
import { ENABLED, type Property, type Settings } from '../settings/schema';
import { pause } from './pause';
import type { Editor } from './useEditor';

export type SavingNews =
  | { kind: 'saved'; enabled: boolean }
  /** The server did not answer; whether it stored anything is being found out. */
  | { kind: 'unknown' }
  | { kind: 'was_saved' }
  | { kind: 'was_not_saved' }
  | { kind: 'invalid'; faults: Fault[] }
  /** Somebody else had saved; the form shows what. */
  | { kind: 'changed' }
  | { kind: 'failed'; problem: ApiProblem };

export interface Saving {
  busy: boolean;
  /** Save what has changed; `tell` hears what came of it, and of an unanswered save in the end. */
  save(tell: (news: SavingNews) => void): Promise<void>;
}

/** Between two questions whether the server is back. */
const PAUSE = 2000;

export function useSaving(api: MqttSettingsApi, editor: Editor, properties: Map<string, Property>): Saving {
  const [busy, setBusy] = useState(false);
  const mounted = useRef<AbortController>(undefined);
  // What comes back after a while meets the form as it is then.
  const latest = useRef(editor);
  latest.current = editor;

  useEffect(() => {
    const controller = new AbortController();
    mounted.current = controller;
    return () => controller.abort();
  }, []);

  async function save(tell: (news: SavingNews) => void): Promise<void> {
    const { stored, changed } = latest.current;
    const sent = latest.current.form.getValues();
    const changes = stored.version === null ? everything(sent, properties) : changesOf(sent, changed, properties);
    setBusy(true);
    try {
      const now = await api.save(changes, stored.version);
      latest.current.saved(now, sent);
      tell({ kind: 'saved', enabled: now.enabled });
    } catch (thrown) {
      const problem = problemFrom(thrown);
      if (problem.kind === 'invalid') tell({ kind: 'invalid', faults: problem.faults });
      else if (problem.kind === 'changed') await compare(problem, tell);
      else if (problem.kind === 'unreachable') await findOut(sent, stored.version, tell);
      else tell({ kind: 'failed', problem });
    } finally {
      setBusy(false);
    }
  }

  async function compare(problem: ApiProblem, tell: (news: SavingNews) => void): Promise<void> {
    try {
      latest.current.takeOver(await api.load());
      tell({ kind: 'changed' });
    } catch {
      tell({ kind: 'failed', problem });
    }
  }

  /** Ask until the server is back, and see what it has stored. */
  async function findOut(sent: FormValues, before: string | null, tell: (news: SavingNews) => void): Promise<void> {
    const signal = mounted.current?.signal ?? AbortSignal.abort();
    tell({ kind: 'unknown' });
    while (!signal.aborted) {
      const now = await api.load(signal).catch(problemFrom);
      // It is there, and lets nobody in any more.
      if (now instanceof ApiProblem && isLoggedOut(now)) return tell({ kind: 'failed', problem: now });
      if (!(now instanceof ApiProblem)) {
        const { taken, conflicts } = latest.current.takeOver(now);
        // A stored password can't be seen: that nothing else differs is all there is to go by.
        const alike = taken.length === 0 && conflicts.every((name) => properties.get(name)?.kind === 'secret');
        if (now.version !== before && alike) {
          latest.current.saved(now, sent);
          tell({ kind: 'was_saved' });
        } else {
          tell({ kind: 'was_not_saved' });
        }
        return;
      }
      await pause(PAUSE, signal);
    }
  }

  return { busy, save };
}

/** What the first save sends: all that is not left to its default. */
function everything(values: FormValues, properties: Map<string, Property>): Settings {
  const draft = Object.entries(draftOf(values, properties)).filter(([, value]) => value !== null);
  return { [ENABLED]: values[ENABLED] === true, ...Object.fromEntries(draft) };
}
