/** What becomes of a form when somebody else has saved in the meantime: nothing that was typed is lost. */

import { changedNames, type FormValues } from './draft';

export interface Merged {
  /** What the form shows now: what was typed here, and else what is stored. */
  values: FormValues;
  /** What somebody else changed, and nobody here. */
  taken: string[];
  /** What was changed on both sides, and not to the same value. */
  conflicts: string[];
}

/**
 * Merge three forms.
 *
 * @param base What was stored when the form was filled in.
 * @param mine What stands in the form.
 * @param theirs What is stored now.
 */
export function merge(base: FormValues, mine: FormValues, theirs: FormValues): Merged {
  const typed = changedNames(mine, base);
  const saved = changedNames(theirs, base);
  const values = { ...theirs };
  for (const name of typed) values[name] = mine[name] ?? '';
  return {
    values,
    taken: saved.filter((name) => !typed.includes(name)),
    conflicts: saved.filter((name) => typed.includes(name) && mine[name] !== theirs[name]),
  };
}
