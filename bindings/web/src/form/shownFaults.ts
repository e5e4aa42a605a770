import type { Editor } from '../hooks/useEditor';
import type { Judgement } from '../hooks/useVerdict';
import type { Settings } from '../settings/schema';
import { fieldId } from './focus';

/** The faults to show: not those of what somebody has not come to yet, is still typing, or has changed since. */
export function shownFaults(editor: Editor, { verdict, asked }: Judgement, draft: Settings): Map<string, string> {
  const { touchedFields, submitCount } = editor.form.formState;
  const focused = document.activeElement?.id;
  const isShown = (field: string, code: string) => {
    if (asked[field] !== draft[field]) return false;
    if (submitCount > 0 || touchedFields[field]) return true;
    return code !== 'missing' && focused !== fieldId(field);
  };
  const shown = verdict?.faults.filter((fault) => isShown(fault.field, fault.code)) ?? [];
  return new Map(shown.map((fault) => [fault.field, fault.message]));
}
