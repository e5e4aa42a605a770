import { ENABLED } from '../settings/schema';
import { titleOf } from '../texts/settings';
import { useTexts } from '../texts/TextsContext';
import { list } from '../texts/words';
import { Alert } from '../ui/Alert';
import { Button } from '../ui/Button';
import { useFormContent } from './FormContext';
import styles from './form.module.css';

/** What somebody else saved while the form was open. */
export function OthersAlert() {
  const texts = useTexts();
  const { editor, properties } = useFormContent();
  const { others } = editor;
  const titles = (names: string[]) =>
    list(
      names.map((name) => {
        const property = properties.get(name);
        if (property) return titleOf(property, texts);
        return name === ENABLED ? texts.enabled.title : name;
      }),
      texts.locale,
    );
  return (
    <div role="status" className={styles.region}>
      {others && (
        <Alert
          tone="info"
          title={texts.others.changed}
          action={<Button onClick={editor.dismissOthers}>{texts.others.close}</Button>}
        >
          {others.taken.length > 0 && <p>{texts.others.taken(titles(others.taken))}</p>}
          {others.conflicts.length > 0 && <p>{texts.others.conflicts(titles(others.conflicts))}</p>}
        </Alert>
      )}
    </div>
  );
}
