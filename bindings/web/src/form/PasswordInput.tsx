import { useState } from 'react';
import { REMOVE_PASSWORD } from '../settings/draft';
import type { Property } from '../settings/schema';
import { useTexts } from '../texts/TextsContext';
import { Button } from '../ui/Button';
import uiStyles from '../ui/ui.module.css';
import { Field } from './Field';
import { useFormContent } from './FormContext';
import styles from './form.module.css';

/** The password: what is stored is never shown, only that it is. */
export function PasswordInput({ property }: { property: Property }) {
  const texts = useTexts();
  const { editor } = useFormContent();
  const [seen, setSeen] = useState(false);
  const { stored, values } = editor;
  const isTyped = values[property.name] !== '';
  const isRemoved = values[REMOVE_PASSWORD] === true && !isTyped;
  const isKept = stored.hasPassword && !isRemoved && !isTyped;
  const remove = (removed: boolean) => editor.form.setValue(REMOVE_PASSWORD, removed);

  return (
    <Field
      property={property}
      badge={isKept && <span className={uiStyles.badge}>{texts.password.stored}</span>}
      words={isRemoved && stored.hasPassword && texts.password.removed}
    >
      {({ value, ...input }) => (
        <>
          <input
            {...input}
            value={String(value)}
            type={seen ? 'text' : 'password'}
            className={styles.input}
            placeholder={isKept ? texts.password.replace : undefined}
            autoComplete="new-password"
            spellCheck={false}
          />
          <div className={styles.beneath}>
            {isTyped && (
              <label className={styles.check}>
                <input type="checkbox" checked={seen} onChange={(event) => setSeen(event.target.checked)} />
                {texts.password.show}
              </label>
            )}
            {isKept && (
              <Button look="link" onClick={() => remove(true)}>
                {texts.password.remove}
              </Button>
            )}
            {isRemoved && stored.hasPassword && (
              <Button look="link" onClick={() => remove(false)}>
                {texts.password.keep}
              </Button>
            )}
          </div>
        </>
      )}
    </Field>
  );
}
