import type { Property } from '../settings/schema';
import { valueText } from '../texts/settings';
import { useTexts } from '../texts/TextsContext';
import { Button } from '../ui/Button';
import { useFormContent } from './FormContext';
import styles from './form.module.css';

/** What somebody else saved in a field that was changed here too. */
export function Theirs({ property }: { property: Property }) {
  const texts = useTexts();
  const { editor } = useFormContent();
  const theirs = editor.base[property.name] ?? '';
  const isConflict = editor.others?.conflicts.includes(property.name);
  if (!isConflict || property.kind === 'secret' || editor.values[property.name] === theirs) return null;
  return (
    <p className={styles.theirs}>
      {texts.others.theirs(valueText(property, theirs, texts))}{' '}
      <Button look="link" onClick={() => editor.form.setValue(property.name, theirs, { shouldValidate: true })}>
        {texts.others.useTheirs}
      </Button>
    </p>
  );
}
