import type { ConnectionStep, StepResult } from '../api/contract';
import { Prose } from '../form/Prose';
import { useTexts } from '../texts/TextsContext';
import { sentence, shortDuration } from '../texts/words';
import styles from './test.module.css';

const MARKS: Record<StepResult, string> = {
  passed: '✓',
  failed: '✕',
  unproven: '?',
  skipped: '–',
  not_reached: '·',
};

/** The steps of a connection, as far as the test came. */
export function Steps({ steps }: { steps: ConnectionStep[] }) {
  const texts = useTexts();
  return (
    <ol className={styles.steps}>
      {steps.map((step) => (
        <li key={step.step} className={`${styles.step} ${styles[step.result]}`}>
          <span className={styles.mark} aria-hidden="true">
            {MARKS[step.result] ?? '·'}
          </span>
          <span className={styles.name}>{texts.test.steps[step.step] ?? step.step}</span>
          <span className={styles.outcome}>
            {texts.test.results[step.result] ?? step.result}
            {step.seconds !== null && <span className={styles.time}>{shortDuration(step.seconds, texts.locale)}</span>}
          </span>
          {step.detail && (
            <span className={styles.detail}>
              <Prose text={sentence(step.detail)} />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
