import { createContext, useContext } from 'react';
import type { Editor } from '../hooks/useEditor';
import type { Property, Settings } from '../settings/schema';

export interface FormContent {
  editor: Editor;
  properties: Map<string, Property>;
  /** What the library has against values, by name; shown once it can't surprise somebody who is still typing. */
  faults: Map<string, string>;
  /** All settings with their defaults filled in, as far as the library has answered. */
  inForce: Settings | null;
}

const FormContext = createContext<FormContent | null>(null);

export const FormProvider = FormContext.Provider;

export function useFormContent(): FormContent {
  const content = useContext(FormContext);
  if (!content) throw new Error('a field stands outside the form');
  return content;
}
