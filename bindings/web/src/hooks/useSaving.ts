import { useEffect, useRef } from 'react';
import type { MqttSettingsApi } from '../api/contract';
import { ApiProblem, isLoggedOut, mayHaveWorked, problemFrom } from '../api/problem';
import { changesOf, draftOf, type FormValues, type Stored } from '../settings/draft';
import { areStored, hasUnseen } from '../settings/found';
import { ENABLED, type Property, type Settings } from '../settings/schema';
import { pause } from './pause';
import type { Editor } from './useEditor';
import { useOneAtATime } from './useOneAtATime';

export type SavingNews =
  | { kind: 'saved'; sent: FormValues; now: Stored }
  /** There was no answer; whether anything was stored is being found out, unless the server lets nobody in any more. */
  | { kind: 'unknown'; problem: ApiProblem }
  | { kind: 'was_saved'; sent: FormValues; now: Stored }
  | { kind: 'was_not_saved' }
  | { kind: 'invalid'; sent: FormValues; problem: ApiProblem }
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

/** One save, while it is under way. */
interface Sent {
  values: FormValues;
  changes: Settings;
  /** What they were typed on top of. */
  before: Stored;
}

type Tell = (news: SavingNews) => void;

export function useSaving(api: MqttSettingsApi, editor: Editor, properties: Map<string, Property>): Saving {
  const mounted = useRef<AbortController>(undefined);
  // What comes back after a while meets the form as it is then.
  const latest = useRef(editor);
  latest.current = editor;

  useEffect(() => {
    const controller = new AbortController();
    mounted.current = controller;
    return () => controller.abort();
  }, []);

  const [busy, save] = useOneAtATime(async (tell: Tell) => {
    const { stored: before, changed } = latest.current;
    const values = latest.current.current();
    const changes = before.version === null ? everything(values, properties) : changesOf(values, changed, properties);
    const sent = { values, changes, before };
    try {
      const now = await api.save(changes, before.version);
      latest.current.saved(now, values, changes);
      tell({ kind: 'saved', sent: values, now });
    } catch (thrown) {
      const problem = problemFrom(thrown);
      if (problem.kind === 'invalid') tell({ kind: 'invalid', sent: values, problem });
      else if (problem.kind === 'changed') await compare(sent, problem, tell);
      else if (mayHaveWorked(problem)) await findOut(sent, problem, tell);
      else tell({ kind: 'failed', problem });
    }
  });

  async function compare({ values, changes, before }: Sent, problem: ApiProblem, tell: Tell): Promise<void> {
    try {
      const now = await api.load();
      latest.current.takeOver(now);
      // Such as by a save of our own of which nothing more was heard.
      const isDone = !hasUnseen(changes, properties) && areStored(changes, before, now, properties);
      tell(isDone ? { kind: 'saved', sent: values, now } : { kind: 'changed' });
    } catch {
      tell({ kind: 'failed', problem });
    }
  }

  /** Ask until the server is back, and see what it has stored. */
  async function findOut({ values, changes, before }: Sent, problem: ApiProblem, tell: Tell): Promise<void> {
    const signal = mounted.current?.signal ?? AbortSignal.abort();
    tell({ kind: 'unknown', problem });
    while (!signal.aborted) {
      const now = await api.load(signal).catch(problemFrom);
      if (!(now instanceof ApiProblem)) {
        if (areStored(changes, before, now, properties)) {
          latest.current.saved(now, values, changes);
          return tell({ kind: 'was_saved', sent: values, now });
        }
        latest.current.takeOver(now);
        return tell({ kind: 'was_not_saved' });
      }
      // It is there, and lets nobody in any more.
      if (isLoggedOut(now)) return tell({ kind: 'unknown', problem: now });
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
