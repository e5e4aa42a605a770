import { Prose } from '../form/Prose';
import { useNow } from '../hooks/useNow';
import { useOneAtATime } from '../hooks/useOneAtATime';
import type { SeenStatus } from '../hooks/useStatus';
import { useTexts } from '../texts/TextsContext';
import { sentence } from '../texts/words';
import { Alert } from '../ui/Alert';
import { Button } from '../ui/Button';
import { Card } from '../ui/Card';
import uiStyles from '../ui/ui.module.css';
import { Counters } from './Counters';
import styles from './status.module.css';
import { queueWords, statusWords } from './words';

interface Props {
  seen: SeenStatus;
  reconnect: () => Promise<void>;
}

/** What the client is doing, as it happens. */
export function StatusCard({ seen, reconnect }: Props) {
  const texts = useTexts();
  const now = useNow();
  const [busy, start] = useOneAtATime(reconnect);
  const { tone, title, details } = statusWords(seen, now, texts);
  const client = seen.status?.client;
  const isLost = seen.status?.state === 'waiting' || seen.status?.state === 'refused';
  const queue = queueWords(seen, now, texts);
  return (
    <Card title={texts.status.title}>
      <div className={styles.state}>
        <span className={`${styles.light} ${uiStyles[tone]}`} aria-hidden="true" />
        <p role="status" className={styles.title}>
          {title}
        </p>
        {!seen.problem && isLost && (
          <Button inactive={busy} onClick={() => void start()}>
            {texts.status.reconnect}
          </Button>
        )}
      </div>
      {details.length > 0 && <p className={uiStyles.muted}>{details.join(' ')}</p>}
      {!seen.problem && isLost && client?.last_error && (
        <Alert tone={tone} title={texts.status.lastError}>
          <p>
            <Prose text={`${sentence(client.last_error)}.`} linked />
          </p>
        </Alert>
      )}
      {client && client.warnings.length > 0 && (
        <Alert tone="warning" title={texts.status.warnings}>
          <ul>
            {client.warnings.map((warning) => (
              <li key={warning}>
                <Prose text={sentence(warning)} linked />
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {queue && <p className={uiStyles.muted}>{queue}</p>}
      {client && <Counters counters={client.counters} />}
      {client?.limits?.certificate_valid_until && (
        <p className={uiStyles.muted}>{texts.status.certificate(client.limits.certificate_valid_until)}</p>
      )}
    </Card>
  );
}
