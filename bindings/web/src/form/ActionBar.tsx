import type { ConnectionTest } from '../hooks/useTest';
import type { Notice } from '../notices';
import { useTexts } from '../texts/TextsContext';
import { Alert } from '../ui/Alert';
import { Button } from '../ui/Button';
import uiStyles from '../ui/ui.module.css';
import { useFormContent } from './FormContext';
import styles from './form.module.css';

interface Props {
  busy: boolean;
  test: ConnectionTest;
  notice: Notice | null;
  dismiss: () => void;
  discard: () => void;
}

const TONES = { success: 'good', info: 'info', error: 'bad' } as const;

/** What is done with the form, always in sight, with the latest notice above it. */
export function ActionBar({ busy, test, notice, dismiss, discard }: Props) {
  const texts = useTexts();
  const { editor } = useFormContent();
  const { changed, stored } = editor;
  const isNew = stored.version === null;
  const state =
    changed.length > 0 ? texts.form.unsaved(changed.length) : isNew ? texts.form.notYetSaved : texts.form.allSaved;
  return (
    <div className={styles.bar}>
      <div role="status">
        {notice && (
          <Alert
            tone={TONES[notice.kind]}
            title={notice.text}
            action={
              <Button look="link" onClick={dismiss}>
                {texts.others.close}
              </Button>
            }
          />
        )}
      </div>
      <div className={styles.barRow}>
        <p className={uiStyles.muted} aria-live="polite">
          {state}
        </p>
        <div className={styles.barButtons}>
          {changed.length > 0 && (
            <Button inactive={busy} onClick={discard}>
              {texts.form.discard}
            </Button>
          )}
          <Button inactive={test.state?.kind === 'running'} onClick={() => void test.run()}>
            {test.state?.kind === 'running' ? texts.test.running : texts.test.run}
          </Button>
          <Button type="submit" look="primary" inactive={busy || (!isNew && changed.length === 0)}>
            {busy ? texts.form.saving : texts.form.save}
          </Button>
        </div>
      </div>
    </div>
  );
}
