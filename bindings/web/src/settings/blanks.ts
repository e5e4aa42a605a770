/** Blanks that were pasted along with a value, and can't be seen. */

import { changedNames, type FormValue, type FormValues } from './draft';
import type { Property } from './schema';

const NAMES_AND_FINGERPRINTS = new Set(['broker_host', 'tls_server_name', 'tls_fingerprint']);

/** A value without the blanks at its ends, if no value of this setting has any there. */
export function withoutBlanks(property: Property, value: FormValue): FormValue {
  const { kind, name } = property;
  const hasNone = kind === 'number' || NAMES_AND_FINGERPRINTS.has(name) || name.endsWith('_file');
  if (typeof value === 'boolean' || !hasNone) return value;
  return value.trim();
}

/** What a form means: nothing that was typed has blanks where it can't. What was stored with some stays as it is. */
export function meant(typed: FormValues, base: FormValues, properties: Map<string, Property>): FormValues {
  const values = { ...typed };
  for (const name of changedNames(typed, base)) {
    const property = properties.get(name);
    if (property) values[name] = withoutBlanks(property, typed[name] ?? '');
  }
  return values;
}
