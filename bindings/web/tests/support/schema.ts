import { inject } from 'vitest';
import { type Property, propertiesOf, type SettingsSchema } from '../../src/settings/schema';

/** The schema of the library. */
export const schema = JSON.parse(inject('schema')) as SettingsSchema;

export const properties = propertiesOf(schema);

export function property(name: string): Property {
  const found = properties.get(name);
  if (!found) throw new Error(`the schema has no ${name}`);
  return found;
}
