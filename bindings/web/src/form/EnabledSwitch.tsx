import { useController } from 'react-hook-form';
import { ENABLED } from '../settings/schema';
import { useTexts } from '../texts/TextsContext';
import { Card } from '../ui/Card';
import { useFormContent } from './FormContext';
import { fieldId } from './focus';
import styles from './form.module.css';

/** The switch above all settings. */
export function EnabledSwitch() {
  const texts = useTexts();
  const { editor } = useFormContent();
  const { field } = useController({ control: editor.form.control, name: ENABLED });
  const id = fieldId(ENABLED);
  const { value, ...input } = field;
  return (
    <Card title={texts.enabled.section}>
      <div className={`${styles.field} ${styles.beside}`}>
        <div className={styles.label}>
          <label htmlFor={id}>{texts.enabled.title}</label>
        </div>
        <input
          {...input}
          id={id}
          type="checkbox"
          role="switch"
          aria-checked={value === true}
          checked={value === true}
          aria-describedby={`${id}-help`}
          className={styles.switch}
        />
        <p id={`${id}-help`} className={styles.help}>
          {texts.enabled.help}
        </p>
      </div>
    </Card>
  );
}
