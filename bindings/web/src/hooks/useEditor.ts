import { useMemo, useState } from 'react';
import { type UseFormReturn, useForm, useWatch } from 'react-hook-form';
import { meant } from '../settings/blanks';
import { changedNames, type FormValues, formOf, REMOVE_PASSWORD, type Stored } from '../settings/draft';
import { merge } from '../settings/merge';
import type { Property, Settings } from '../settings/schema';

/** What somebody else saved while the form was open. */
export interface Others {
  /** Shown now as they saved it. */
  taken: string[];
  /** Changed on both sides; the form keeps what was typed here. */
  conflicts: string[];
}

export interface Editor {
  form: UseFormReturn<FormValues>;
  /** What is typed, by its meaning: without blanks that were pasted along. */
  values: FormValues;
  /** The same at this moment, and not when the page was drawn. */
  current(): FormValues;
  stored: Stored;
  /** The form that would show what is stored. */
  base: FormValues;
  /** The names of what is typed and not saved. */
  changed: string[];
  others: Others | null;
  /** Take over what is stored now, and keep what is typed. */
  takeOver(now: Stored): void;
  /** Take over what came of saving the changes in `sent`; what was typed since is kept. */
  saved(now: Stored, sent: FormValues, changes: Settings): void;
  discard(): void;
  dismissOthers(): void;
}

/** The form, beside what is stored. */
export function useEditor(properties: Map<string, Property>, initial: Stored): Editor {
  const [stored, setStored] = useState(initial);
  const [others, setOthers] = useState<Others | null>(null);
  const base = useMemo(() => formOf(stored, properties.values()), [stored, properties]);
  const form = useForm<FormValues>({ defaultValues: base, mode: 'onTouched', shouldFocusError: false });
  const typed = useWatch({ control: form.control }) as FormValues;
  const values = meant(typed, base, properties);
  const current = () => meant(form.getValues(), base, properties);

  function show(now: Stored, next: FormValues): void {
    setStored(now);
    form.reset(next, { keepErrors: true, keepTouched: true, keepIsSubmitted: true });
  }

  return {
    form,
    values,
    current,
    stored,
    base,
    changed: changedNames(values, base),
    others,
    takeOver: (now) => {
      if (now.version === stored.version) return;
      const { values: next, ...found } = merge(base, current(), formOf(now, properties.values()));
      show(now, next);
      if (isSome(found)) setOthers((earlier) => together(earlier, found));
    },
    saved: (now, sent, changes) => {
      const { values: next, ...found } = merge(sent, current(), formOf(now, properties.values()));
      show(now, next);
      // Beside an unanswered save there may have been one of somebody else.
      const isSecret = (name: string) => name === REMOVE_PASSWORD || properties.get(name)?.kind === 'secret';
      // The first save leaves out what is empty, and the server may store a default for it.
      const isFilledIn = (name: string) => stored.version === null && sent[name] === '';
      const isTheirs = (name: string) => !(name in changes) && !isSecret(name) && !isFilledIn(name);
      const theirs = { taken: found.taken.filter(isTheirs), conflicts: found.conflicts.filter(isTheirs) };
      setOthers(isSome(theirs) ? theirs : null);
    },
    discard: () => {
      form.reset(base);
      setOthers(null);
    },
    dismissOthers: () => setOthers(null),
  };
}

function isSome({ taken, conflicts }: Others): boolean {
  return taken.length > 0 || conflicts.length > 0;
}

function together(earlier: Others | null, found: Others): Others {
  const conflicts = [...new Set([...(earlier?.conflicts ?? []), ...found.conflicts])];
  const taken = [...new Set([...(earlier?.taken ?? []), ...found.taken])];
  return { conflicts, taken: taken.filter((name) => !conflicts.includes(name)) };
}
