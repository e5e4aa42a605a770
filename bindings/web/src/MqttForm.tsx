import { type FormEvent, useEffect, useEffectEvent, useMemo, useState } from 'react';
import type { MqttSettingsApi } from './api/contract';
import { ActionBar } from './form/ActionBar';
import { ActionButton } from './form/ActionButton';
import { EnabledSwitch } from './form/EnabledSwitch';
import { FormProvider } from './form/FormContext';
import { focusField } from './form/focus';
import { Notes } from './form/Notes';
import { OthersAlert } from './form/OthersAlert';
import { Section } from './form/Section';
import { shownFaults } from './form/shownFaults';
import { useActions } from './hooks/useActions';
import { useEditor } from './hooks/useEditor';
import { useRefetch } from './hooks/useRefetch';
import { type SavingNews, useSaving } from './hooks/useSaving';
import { useStatus } from './hooks/useStatus';
import { useTest } from './hooks/useTest';
import { useUnsavedWarning } from './hooks/useUnsavedWarning';
import { useVerdict } from './hooks/useVerdict';
import type { Notice, Notify } from './notices';
import { draftOf, formOf, type Stored } from './settings/draft';
import type { Property } from './settings/schema';
import { bySection, SECTIONS } from './settings/sections';
import { StatusCard } from './status/StatusCard';
import { TestCard } from './test/TestCard';
import { savingNotice } from './texts/savingNotice';
import { useTexts } from './texts/TextsContext';
import styles from './ui/ui.module.css';

interface Props {
  api: MqttSettingsApi;
  properties: Map<string, Property>;
  initial: Stored;
  notify: Notify | undefined;
  onDirtyChange: ((dirty: boolean) => void) | undefined;
  asksBeforeLeaving: boolean;
}

/** All of the page once the settings are loaded. */
export function MqttForm({ api, properties, initial, notify, onDirtyChange, asksBeforeLeaving }: Props) {
  const texts = useTexts();
  const editor = useEditor(properties, initial);
  const [notice, setNotice] = useState<Notice | null>(null);
  const tell = notify ?? setNotice;
  const draft = draftOf(editor.values, properties);
  const judgement = useVerdict(api, draft);
  const { verdict } = judgement;
  const faults = shownFaults(editor, judgement, draft);
  const saving = useSaving(api, editor, properties);
  const test = useTest(api, draft);
  const seen = useStatus(api);
  const actions = useActions(api, tell);
  const isDirty = editor.changed.length > 0;

  useUnsavedWarning(isDirty, asksBeforeLeaving ? texts.form.leave : null);
  const tellDirty = useEffectEvent((dirty: boolean) => onDirtyChange?.(dirty));
  useEffect(() => tellDirty(isDirty), [isDirty]);
  useRefetch(api, editor, saving.busy, seen.status?.etag);

  const sections = useMemo(() => bySection(properties.values()), [properties]);
  const content = { editor, properties, faults, inForce: verdict?.settings ?? null };

  function hear(news: SavingNews): void {
    if (news.kind === 'invalid') {
      const { faults } = news.problem;
      judgement.refuse(draftOf(news.sent, properties), faults);
      const first = faults.find((fault) => properties.has(fault.field));
      if (first) requestAnimationFrame(() => focusField(first.field));
    } else if (news.kind === 'saved' || news.kind === 'was_saved') {
      const shown = formOf(news.now, properties.values());
      test.saved(draftOf(news.sent, properties), draftOf(shown, properties));
    }
    tell(savingNotice(news, properties, texts));
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (saving.busy) return;
    setNotice(null);
    await editor.form.handleSubmit(
      () => saving.save(hear),
      (errors) => {
        const faulty = [...properties.keys()].filter((name) => errors[name] || faults.has(name));
        tell({ kind: 'error', text: texts.form.faults(faulty.length) });
        // What was folded away is unfolded once the fault is shown.
        if (faulty[0]) requestAnimationFrame(() => focusField(faulty[0] ?? ''));
      },
    )();
  }

  return (
    <FormProvider value={content}>
      <form className={styles.layout} aria-label={texts.form.label} noValidate onSubmit={submit}>
        <div className={styles.aside}>
          <StatusCard seen={seen} reconnect={actions.reconnect} />
          {test.state && <TestCard state={test.state} />}
          <Notes notes={verdict?.notes ?? []} />
        </div>
        <div className={styles.main}>
          <OthersAlert />
          <EnabledSwitch />
          {SECTIONS.map((name) => (
            <Section key={name} name={name} properties={sections.get(name) ?? []}>
              {name === 'topics' && (
                <ActionButton
                  action={actions.sendTestMessage}
                  label={texts.actions.testMessage}
                  help={texts.actions.testMessageHelp}
                />
              )}
              {name === 'homeAssistant' && (
                <ActionButton
                  action={actions.publishDiscovery}
                  label={texts.actions.discovery}
                  help={texts.actions.discoveryHelp}
                />
              )}
            </Section>
          ))}
        </div>
        <ActionBar
          busy={saving.busy}
          test={test}
          notice={notice}
          dismiss={() => setNotice(null)}
          discard={() => {
            setNotice(null);
            editor.discard();
          }}
        />
      </form>
    </FormProvider>
  );
}
