import { useMemo, useState } from 'react';
import { type UseFormReturn, useForm, useWatch } from 'react-hook-form';
import { changedNames, type FormValues, formOf, type Stored } from '../settings/draft';
import { merge } from '../settings/merge';
import type { Property } from '../settings/schema';

/** What somebody else saved while the form was open. */
export interface Others {
  /** Shown now as they saved it. */
  taken: string[];
  /** Changed on both sides; the form keeps what was typed here. */
  conflicts: string[];
}

export interface Editor {
  form: UseFormReturn<FormValues>;
  values: FormValues;
  stored: Stored;
  /** The form that would show what is stored. */
  base: FormValues;
  /** The names of what is typed and not saved. */
  changed: string[];
  others: Others | null;
  /** Take over what is stored now, and keep what is typed; tells what somebody else has changed. */
  takeOver(now: Stored): Others;
  /** Take over what came of saving `sent`; what was typed since is kept. */
  saved(now: Stored, sent: FormValues): void;
  discard(): void;
  dismissOthers(): void;
}

/** The form, beside what is stored. */
export function useEditor(properties: Map<string, Property>, initial: Stored): Editor {
  const [stored, setStored] = useState(initial);
  const [others, setOthers] = useState<Others | null>(null);
  const base = useMemo(() => formOf(stored, properties.values()), [stored, properties]);
  const form = useForm<FormValues>({ defaultValues: base, mode: 'onTouched', shouldFocusError: false });
  const values = useWatch({ control: form.control }) as FormValues;

  function show(now: Stored, next: FormValues): void {
    setStored(now);
    form.reset(next, { keepErrors: true, keepTouched: true, keepIsSubmitted: true });
  }

  return {
    form,
    values,
    stored,
    base,
    changed: changedNames(values, base),
    others,
    takeOver: (now) => {
      const merged = merge(base, form.getValues(), formOf(now, properties.values()));
      const found = { taken: merged.taken, conflicts: merged.conflicts };
      if (now.version === stored.version) return { taken: [], conflicts: [] };
      show(now, merged.values);
      if (found.taken.length > 0 || found.conflicts.length > 0) {
        setOthers((earlier) => together(earlier, found));
      }
      return found;
    },
    saved: (now, sent) => {
      show(now, merge(sent, form.getValues(), formOf(now, properties.values())).values);
      setOthers(null);
    },
    discard: () => {
      form.reset(base);
      setOthers(null);
    },
    dismissOthers: () => setOthers(null),
  };
}

function together(earlier: Others | null, found: Others): Others {
  const conflicts = [...new Set([...(earlier?.conflicts ?? []), ...found.conflicts])];
  const taken = [...new Set([...(earlier?.taken ?? []), ...found.taken])];
  return { conflicts, taken: taken.filter((name) => !conflicts.includes(name)) };
}
