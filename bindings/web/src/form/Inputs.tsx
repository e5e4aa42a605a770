import { withoutBlanks } from '../settings/blanks';
import { portAfterSwitch } from '../settings/ports';
import { canBeEmpty, choicesOf, type Property } from '../settings/schema';
import { exampleTopic } from '../settings/topics';
import type { Texts } from '../texts/english';
import { choiceText, inWords } from '../texts/settings';
import { useTexts } from '../texts/TextsContext';
import { Field } from './Field';
import { useFormContent } from './FormContext';
import styles from './form.module.css';
import { PasswordInput } from './PasswordInput';
import { plainText } from './Prose';

/** The input that fits a setting. */
export function Input({ property }: { property: Property }) {
  if (property.kind === 'switch') return <SwitchInput property={property} />;
  if (property.kind === 'choice') return <ChoiceInput property={property} />;
  if (property.kind === 'secret') return <PasswordInput property={property} />;
  return <TextInput property={property} />;
}

function TextInput({ property }: { property: Property }) {
  const texts = useTexts();
  const { editor, properties, inForce } = useFormContent();
  const value = editor.values[property.name] ?? '';
  const topic = exampleTopic(property, editor.values, properties);
  const words = inWords(property, value, texts) ?? (topic && texts.form.example(topic));
  const byDefault = property.schema.default ?? inForce?.[property.name] ?? derivedDefault(property, properties, texts);
  return (
    <Field property={property} words={words}>
      {({ value: shown, onBlur, ...input }) => (
        <input
          {...input}
          onBlur={(event) => {
            const typed = event.target.value;
            const text = withoutBlanks(property, typed);
            // What was stored with blanks is not edited by passing through it.
            if (text !== typed && typed !== editor.base[property.name]) editor.form.setValue(property.name, text);
            onBlur();
          }}
          value={String(shown ?? '')}
          type="text"
          // A path or an address reads from the left also on a page that is written from the right.
          dir="auto"
          inputMode={property.kind === 'number' ? 'numeric' : 'text'}
          className={styles.input}
          placeholder={property.required ? undefined : canBeEmpty(property) ? texts.form.none : String(byDefault)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
    </Field>
  );
}

/** A default that depends on other settings, in words. */
function derivedDefault(property: Property, properties: Map<string, Property>, texts: Texts): string {
  const words = property.schema['x-default'] ?? 'none';
  return words === 'none' ? '' : plainText(words, properties, texts);
}

function ChoiceInput({ property }: { property: Property }) {
  const texts = useTexts();
  const byDefault = choiceText(property, String(property.schema.default ?? ''), texts);
  return (
    <Field property={property}>
      {({ value, ...input }) => (
        <select {...input} value={String(value)} className={styles.input}>
          <option value="">{texts.form.defaultChoice(byDefault)}</option>
          {choicesOf(property).map((choice) => (
            <option key={choice} value={choice}>
              {choiceText(property, choice, texts)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function SwitchInput({ property }: { property: Property }) {
  const { form } = useFormContent().editor;
  return (
    <Field property={property} beside>
      {({ value, onChange, ...input }) => (
        <input
          {...input}
          type="checkbox"
          role="switch"
          aria-checked={value === true}
          checked={value === true}
          className={styles.switch}
          onChange={(event) => {
            onChange(event);
            if (property.name !== 'use_tls') return;
            const port = portAfterSwitch(String(form.getValues('broker_port')), event.target.checked);
            form.setValue('broker_port', port, { shouldValidate: true });
          }}
        />
      )}
    </Field>
  );
}
