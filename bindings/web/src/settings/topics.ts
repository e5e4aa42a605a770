/** How a topic will look once its placeholders are replaced. */

import type { FormValues } from './draft';
import type { Property } from './schema';

const EXAMPLES: Record<string, string> = { camera: 'front_door', state: 'status' };

/** An example of a topic that has placeholders; `null` for one that has none. */
export function exampleTopic(property: Property, values: FormValues, properties: Map<string, Property>): string | null {
  const text = valueOrDefault(property, values);
  if (!/\{\w+\}/.test(text)) return null;
  const prefix = properties.get('topic_prefix');
  const words: Record<string, string> = {
    ...EXAMPLES,
    topic_prefix: prefix ? valueOrDefault(prefix, values) : '',
  };
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole);
}

function valueOrDefault(property: Property, values: FormValues): string {
  return String(values[property.name] || (property.schema.default ?? ''));
}
