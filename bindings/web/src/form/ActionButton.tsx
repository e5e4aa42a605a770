import { useId } from 'react';
import { useOneAtATime } from '../hooks/useOneAtATime';
import { useTexts } from '../texts/TextsContext';
import { Button } from '../ui/Button';
import { useFormContent } from './FormContext';
import styles from './form.module.css';

interface Props {
  action: () => Promise<void>;
  label: string;
  help: string;
}

/** A button that asks something of the running client, which knows the saved settings alone. */
export function ActionButton({ action, label, help }: Props) {
  const texts = useTexts();
  const { editor } = useFormContent();
  const [busy, start] = useOneAtATime(action);
  const id = useId();
  return (
    <div className={styles.action}>
      <Button inactive={busy} aria-describedby={id} onClick={() => void start()}>
        {label}
      </Button>
      <p id={id} className={styles.help}>
        {help} {editor.changed.length > 0 && texts.actions.unsaved}
      </p>
    </div>
  );
}
