import type { ReactNode } from 'react';
import type { Property } from '../settings/schema';
import { isShort, isUsual, type SectionName, switchOf } from '../settings/sections';
import { useTexts } from '../texts/TextsContext';
import { Card } from '../ui/Card';
import { Folded } from '../ui/Folded';
import { useFormContent } from './FormContext';
import styles from './form.module.css';
import { Input } from './Inputs';

interface Props {
  name: SectionName;
  properties: Property[];
  children?: ReactNode;
}

/** A section of the form: what most people look for, and the rest folded away. */
export function Section({ name, properties, children }: Props) {
  const texts = useTexts();
  const shown = useShown(name, properties);
  const usual = shown.filter(isUsual);
  const rest = shown.filter((property) => !isUsual(property));
  const { title, about } = texts.sections[name];
  return (
    <Card title={title} about={about}>
      {usual.length > 0 && <Inputs properties={usual} />}
      {children}
      {rest.length > 0 && (
        <Folded title={texts.form.more}>
          <Inputs properties={rest} />
        </Folded>
      )}
    </Card>
  );
}

function Inputs({ properties }: { properties: Property[] }) {
  return (
    <div className={styles.fields}>
      {properties.map((property) => (
        <div key={property.name} className={isShort(property) ? styles.half : styles.whole}>
          <Input property={property} />
        </div>
      ))}
    </div>
  );
}

/** Without the switch of its section, a setting is shown only if there is something to see to. */
function useShown(section: SectionName, properties: Property[]): Property[] {
  const { editor, faults } = useFormContent();
  const { errors } = editor.form.formState;
  const master = switchOf(section);
  if (!master || editor.values[master] === true) return properties;
  return properties.filter(
    ({ name }) => name === master || editor.changed.includes(name) || faults.has(name) || errors[name],
  );
}
