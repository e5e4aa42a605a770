import type { Property } from '../settings/schema';
import type { Texts } from '../texts/english';
import { titleOf } from '../texts/settings';
import { useTexts } from '../texts/TextsContext';
import styles from '../ui/ui.module.css';
import { useFormContent } from './FormContext';
import { focusField } from './focus';

interface Props {
  /** A sentence of the library, which calls settings by their names. */
  text: string;
  /** Whether the names lead to the fields. */
  linked?: boolean;
}

/** A sentence of the library, with the settings called what they are called on the page. */
export function Prose({ text, linked = false }: Props) {
  const { properties } = useFormContent();
  const texts = useTexts();
  return partsOf(text, properties).map((part, index) => {
    const property = properties.get(part.name ?? '');
    const key = `${index}-${part.text}`;
    if (!property) return part.code ? <code key={key}>{part.text}</code> : <span key={key}>{part.text}</span>;
    const shown = nameText(part, property, texts);
    if (!linked) return <span key={key}>{shown}</span>;
    return (
      <button key={key} type="button" className={styles.inlineLink} onClick={() => focusField(property.name)}>
        {shown}
      </button>
    );
  });
}

/** The same, where nothing but text can stand. */
export function plainText(text: string, properties: Map<string, Property>, texts: Texts): string {
  return partsOf(text, properties)
    .map((part) => {
      const property = properties.get(part.name ?? '');
      return property ? nameText(part, property, texts) : part.text;
    })
    .join('');
}

function nameText(part: Part, property: Property, texts: Texts): string {
  // A word such as "username" reads well as it is.
  return part.text.includes('_') || part.code ? `“${titleOf(property, texts)}”` : part.text;
}

interface Part {
  text: string;
  name?: string;
  code?: boolean;
}

/** Split a sentence at names of settings, and at what stands between backticks. */
export function partsOf(text: string, properties: Map<string, Property>): Part[] {
  return text
    .split(/(`[^`]+`|\b[a-z]+(?:_[a-z]+)+\b|\b(?:username|password|protocol)\b)/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const code = piece.startsWith('`') && piece.endsWith('`');
      const word = code ? piece.slice(1, -1) : piece;
      return { text: word, code, ...(properties.has(word) ? { name: word } : {}) };
    });
}
