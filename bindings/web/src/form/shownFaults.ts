import type { Verdict } from '../api/contract';
import type { Editor } from '../hooks/useEditor';
import { fieldId } from './focus';

/** The faults to show: not those of what somebody has not come to yet, or is still typing. */
export function shownFaults(editor: Editor, verdict: Verdict | null): Map<string, string> {
  const { touchedFields, submitCount } = editor.form.formState;
  const focused = document.activeElement?.id;
  const isShown = (field: string, code: string) => {
    if (submitCount > 0 || touchedFields[field]) return true;
    return code !== 'missing' && focused !== fieldId(field);
  };
  const shown = verdict?.faults.filter((fault) => isShown(fault.field, fault.code)) ?? [];
  return new Map(shown.map((fault) => [fault.field, fault.message]));
}
