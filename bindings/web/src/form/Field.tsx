import type { ReactNode } from 'react';
import { type ControllerRenderProps, useController } from 'react-hook-form';
import { withoutBlanks } from '../settings/blanks';
import type { FormValue, FormValues } from '../settings/draft';
import { isAllowed } from '../settings/judge';
import { isInteger, type Property } from '../settings/schema';
import { helpOf, messageOf, titleOf } from '../texts/settings';
import { useTexts } from '../texts/TextsContext';
import { sentence } from '../texts/words';
import { useFormContent } from './FormContext';
import { fieldId } from './focus';
import styles from './form.module.css';
import { Prose } from './Prose';
import { Theirs } from './Theirs';

/** What an input takes to belong to its label, its help and its fault. */
export interface InputProps extends ControllerRenderProps<FormValues, string> {
  id: string;
  'aria-describedby': string;
  'aria-invalid': true | undefined;
  'aria-required': true | undefined;
}

interface Props {
  property: Property;
  /** The text that follows the title of the label. */
  badge?: ReactNode;
  /** What else there is to say of the value, above the help. */
  words?: ReactNode;
  /** Whether the label stands beside the input. */
  beside?: boolean;
  children: (input: InputProps) => ReactNode;
}

/** A label, an input, what it is for, and what is wrong with it: linked, so that a screen reader tells all of it. */
export function Field({ property, badge, words, beside = false, children }: Props) {
  const texts = useTexts();
  const { editor, faults } = useFormContent();
  const { field, fieldState } = useController({
    control: editor.form.control,
    name: property.name,
    rules: {
      validate: (value: FormValue) => {
        const meant = withoutBlanks(property, value);
        return isAllowed(property, meant) || messageOf(property, meant, texts);
      },
    },
  });
  const [atOnce, later] = [fieldState.error?.message, faults.get(property.name)];
  // The schema's rule for a text is said at once; what the library says a moment later names what is wrong with it. It
  // does not replace the program's own words, which may be in another language.
  const isGeneral = !isInteger(property.schema) && atOnce === property.schema['x-message'];
  const fault = isGeneral ? (later ?? atOnce) : (atOnce ?? later);
  const id = fieldId(property.name);
  const described = [words && `${id}-words`, `${id}-help`, fault && `${id}-fault`];

  return (
    <div className={`${styles.field} ${beside ? styles.beside : ''}`}>
      <div className={styles.label}>
        <label htmlFor={id}>{titleOf(property, texts)}</label>
        {property.required && <span className={styles.required}>{texts.form.required}</span>}
        {badge}
      </div>
      {children({
        ...field,
        id,
        'aria-describedby': described.filter(Boolean).join(' '),
        'aria-invalid': fault ? true : undefined,
        'aria-required': property.required || undefined,
      })}
      {words && (
        <p id={`${id}-words`} className={styles.words}>
          {words}
        </p>
      )}
      <p id={`${id}-help`} className={styles.help}>
        <Prose text={helpOf(property, texts)} />
      </p>
      {fault && (
        <p id={`${id}-fault`} className={styles.fault}>
          <Prose text={sentence(fault)} />
        </p>
      )}
      <Theirs property={property} />
    </div>
  );
}
