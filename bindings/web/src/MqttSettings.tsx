import { useEffect, useMemo, useState } from 'react';
import type { MqttSettingsApi } from './api/contract';
import { createApi } from './api/http';
import { type ApiProblem, problemFrom } from './api/problem';
import { MqttForm } from './MqttForm';
import type { Notify } from './notices';
import type { Stored } from './settings/draft';
import { type Property, propertiesOf } from './settings/schema';
import type { GivenTexts } from './texts/english';
import { reasonOf } from './texts/reasons';
import { completeTexts, TextsProvider } from './texts/TextsContext';
import { Alert } from './ui/Alert';
import { Button } from './ui/Button';
import { type HeadingLevel, HeadingLevelContext } from './ui/HeadingLevel';
import styles from './ui/ui.module.css';

export interface MqttSettingsProps {
  /** The server. Must stay the same object from one rendering to the next. By default the API under `/api/v1`. */
  api?: MqttSettingsApi;
  /** Where notices go, such as the host's toasts. Without it the page shows them itself. */
  notify?: Notify;
  /** Hears whether something is typed that is not saved. */
  onDirtyChange?: (dirty: boolean) => void;
  /**
   * Whether to ask before a link or the Back button of the host leaves what is not saved; `false` where the host asks
   * by itself. The browser's own warning before the page is closed stays.
   */
  askBeforeLeaving?: boolean;
  /** Texts in another language, or other words; all texts are in `english`. */
  texts?: GivenTexts;
  /** The level of the headings of the sections. */
  headingLevel?: HeadingLevel;
}

const defaultApi = createApi();

/** The settings of MQTT: a form, the live status, and a test of the connection. */
export function MqttSettings({
  api = defaultApi,
  notify,
  onDirtyChange,
  askBeforeLeaving = true,
  texts: given,
  headingLevel = 2,
}: MqttSettingsProps) {
  const texts = useMemo(() => completeTexts(given), [given]);
  const [loaded, reload] = useLoaded(api);
  return (
    <TextsProvider value={texts}>
      <HeadingLevelContext value={headingLevel}>
        <div className={styles.root} lang={texts.locale}>
          {loaded === null && (
            <p role="status" className={styles.muted}>
              {texts.loading}
            </p>
          )}
          {loaded?.problem && (
            <div role="alert">
              <Alert
                tone="bad"
                title={texts.loadingFailed(reasonOf(loaded.problem, texts))}
                action={<Button onClick={reload}>{texts.tryAgain}</Button>}
              />
            </div>
          )}
          {loaded?.content && (
            <MqttForm
              api={api}
              notify={notify}
              onDirtyChange={onDirtyChange}
              asksBeforeLeaving={askBeforeLeaving}
              {...loaded.content}
            />
          )}
        </div>
      </HeadingLevelContext>
    </TextsProvider>
  );
}

type Loaded =
  | { content: { properties: Map<string, Property>; initial: Stored }; problem?: never }
  | { content?: never; problem: ApiProblem };

function useLoaded(api: MqttSettingsApi): [Loaded | null, () => void] {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt loads again.
  useEffect(() => {
    const request = new AbortController();
    const { signal } = request;
    const done = (now: Loaded) => {
      if (!signal.aborted) setLoaded(now);
    };
    setLoaded(null);
    Promise.all([api.schema(signal), api.load(signal)])
      .then(([schema, initial]) => done({ content: { properties: propertiesOf(schema), initial } }))
      .catch((thrown) => done({ problem: problemFrom(thrown) }));
    return () => request.abort();
  }, [api, attempt]);
  return [loaded, () => setAttempt((count) => count + 1)];
}
