import type { Counters as Counts } from '../api/contract';
import { useTexts } from '../texts/TextsContext';
import { number } from '../texts/words';
import styles from './status.module.css';

interface Props {
  counters: Partial<Counts>;
}

/** What became of the messages, in numbers. */
export function Counters({ counters }: Props) {
  const texts = useTexts();
  const { counters: labels, countersHelp: help } = texts.status;
  const lost =
    (counters.dropped_queue_full ?? 0) + (counters.refused_queue_full ?? 0) + (counters.dropped_shutdown ?? 0);
  const rows = [
    { label: labels.delivered, value: counters.delivered ?? 0, help: undefined },
    { label: labels.expired, value: counters.expired ?? 0, help: help.expired },
    { label: labels.lost, value: lost, help: help.lost },
    { label: labels.rejected, value: counters.rejected ?? 0, help: help.rejected },
  ];
  return (
    <dl className={styles.counters} aria-label={texts.status.countersLabel}>
      {rows.map(({ label, value, help: title }) => (
        <div key={label} className={styles.counter} title={title}>
          <dt>{label}</dt>
          <dd>{number(value, texts.locale)}</dd>
        </div>
      ))}
    </dl>
  );
}
