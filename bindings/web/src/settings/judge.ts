/** What the schema can say about a value at once. All other rules are the library's, asked by `check`. */

import type { FormValue } from './draft';
import { isInteger, type Property } from './schema';
import { wholeNumber } from './wholeNumber';

/** Whether the schema allows what is typed. An empty text stands for the default. */
export function isAllowed(property: Property, value: FormValue): boolean {
  const { schema } = property;
  if (typeof value === 'boolean') return property.kind === 'switch';
  if (value === '') return !property.required;
  if (isInteger(schema)) {
    const number = wholeNumber(value);
    return number !== null && number >= (schema.minimum ?? -Infinity) && number <= (schema.maximum ?? Infinity);
  }
  if (schema.enum && !schema.enum.includes(value)) return false;
  // The schema counts characters and not UTF-16 units, as its standard says.
  if (schema.maxLength !== undefined && [...value].length > schema.maxLength) return false;
  return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value);
}
