/** What the page calls settings and their values. */

import type { FormValue } from '../settings/draft';
import type { Property } from '../settings/schema';
import type { Texts } from './english';
import { bytes, duration } from './words';

export function titleOf(property: Property, texts: Texts): string {
  return texts.settings[property.name]?.title ?? property.schema.title;
}

export function helpOf(property: Property, texts: Texts): string {
  return texts.settings[property.name]?.help ?? property.schema.description;
}

/** What to say of a value that the schema does not allow. */
export function messageOf(property: Property, value: FormValue, texts: Texts): string {
  if (value === '') return texts.form.missing;
  return texts.settings[property.name]?.message ?? property.schema['x-message'];
}

/** A value among which one chooses, in words. */
export function choiceText(property: Property, value: string, texts: Texts): string {
  return texts.choices[property.name]?.[value] ?? value;
}

/** A value in words, where the number alone says little; `null` where there are none. */
export function inWords(property: Property, value: FormValue, texts: Texts): string | null {
  if (property.kind !== 'number') return null;
  const text = value === '' ? String(property.schema.default ?? '') : String(value);
  if (!/^\d+$/.test(text)) return null;
  const count = Number(text);
  if (property.name.endsWith('_seconds')) return duration(count, texts.locale);
  return property.name.endsWith('_bytes') ? bytes(count, texts.locale) : null;
}

/** A stored value as it is quoted to people. */
export function valueText(property: Property | undefined, value: FormValue, texts: Texts): string {
  if (typeof value === 'boolean') return value ? texts.on : texts.off;
  if (value === '') return texts.others.empty;
  return property?.kind === 'choice' ? choiceText(property, value, texts) : value;
}
