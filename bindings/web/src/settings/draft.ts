/** What stands in the form, and what becomes of it: an empty input is `null`, the default, unless it has a meaning. */

import { canBeEmpty, ENABLED, isInteger, type Property, type Settings, type Value } from './schema';
import { wholeNumber } from './wholeNumber';

export type FormValue = string | boolean;
export type FormValues = Record<string, FormValue>;

/** Whether the stored password is to be removed; a password that is typed replaces it. */
export const REMOVE_PASSWORD = 'remove_password';

/** What is stored, with what the page has to know of it. */
export interface Stored {
  enabled: boolean;
  settings: Settings;
  hasPassword: boolean;
  /** Which save it is: the ETag. `null` before the first. */
  version: string | null;
}

/** The form that shows what is stored. Secrets are never filled in. */
export function formOf(stored: Stored, properties: Iterable<Property>): FormValues {
  const values: FormValues = { [ENABLED]: stored.enabled, [REMOVE_PASSWORD]: false };
  for (const property of properties) {
    values[property.name] = shown(property, stored.settings[property.name] ?? null);
  }
  return values;
}

/** The names of what differs from another form. */
export function changedNames(values: FormValues, base: FormValues): string[] {
  return Object.keys(base).filter((name) => values[name] !== base[name]);
}

/** What has to be sent for these names: the API keeps what is not named. */
export function changesOf(values: FormValues, names: Iterable<string>, properties: Map<string, Property>): Settings {
  const changes: Settings = {};
  for (const name of names) {
    const property = properties.get(name);
    if (property) changes[name] = sent(property, values[name] ?? '');
    else if (name === ENABLED) changes[ENABLED] = values[ENABLED] === true;
  }
  if (values[REMOVE_PASSWORD] === true && !values.password) changes.password = null;
  return changes;
}

/** All that stands in the form, for `check` and the connection test. A password that was not typed is left out. */
export function draftOf(values: FormValues, properties: Map<string, Property>): Settings {
  const names = [...properties.values()]
    .filter((property) => property.kind !== 'secret' || values[property.name] !== '')
    .map((property) => property.name);
  return changesOf(values, names, properties);
}

function shown(property: Property, value: Value): FormValue {
  if (property.kind === 'secret') return '';
  if (property.kind === 'switch') return (value ?? property.schema.default) === true;
  if (value === null) return canBeEmpty(property) ? String(property.schema.default ?? '') : '';
  return String(value);
}

function sent(property: Property, value: FormValue): Value {
  if (typeof value === 'boolean') return value;
  if (value === '') return canBeEmpty(property) ? '' : null;
  if (!isInteger(property.schema)) return value;
  // What is no number goes as it is: the library says what is wrong with it.
  return wholeNumber(value) ?? value;
}
