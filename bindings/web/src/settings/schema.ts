/** The JSON Schema that the library gives of its settings, and what the page takes out of it. */

/** The switch above all settings, which is not one of the library's. */
export const ENABLED = 'enabled';

export type Value = string | number | boolean | null;

/** Settings by the names of the library. `null` stands for the default. */
export type Settings = Record<string, Value>;

export interface PropertySchema {
  title: string;
  description: string;
  type: string | string[];
  default?: Value;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  enum?: Value[];
  writeOnly?: boolean;
  'x-group': string;
  /** What to say of a value that is not allowed; it follows the title. */
  'x-message': string;
  /** The default in words, where it depends on other settings. */
  'x-default'?: string;
  /** What an empty text stands for, in words, where that is not the default. */
  'x-empty'?: string;
}

export interface SettingsSchema {
  properties: Record<string, PropertySchema>;
  required: string[];
  'x-groups': { title: string; settings: string[] }[];
}

export type Kind = 'switch' | 'choice' | 'number' | 'secret' | 'text';

/** One setting, as the page shows it. */
export interface Property {
  name: string;
  kind: Kind;
  required: boolean;
  schema: PropertySchema;
}

/** The settings of a schema by name, in the order in which the library lists them. */
export function propertiesOf(schema: SettingsSchema): Map<string, Property> {
  const listed = schema['x-groups'].flatMap((group) => group.settings);
  const names = new Set([...listed, ...Object.keys(schema.properties)]);
  const properties = new Map<string, Property>();
  for (const name of names) {
    const rules = schema.properties[name];
    // The API has a switch beside the library's settings, which the page shows by itself.
    if (rules && name !== ENABLED) {
      const required = schema.required.includes(name);
      properties.set(name, { name, kind: kindOf(rules), required, schema: rules });
    }
  }
  return properties;
}

/** Among so few numbers one chooses, rather than typing one. */
const FEW = 3;

/** The values among which one chooses: those of the schema without the two that stand for the default. */
export function choicesOf({ schema }: Property): string[] {
  if (isInteger(schema)) {
    const lowest = schema.minimum ?? 0;
    return Array.from({ length: spread(schema) + 1 }, (_, index) => String(lowest + index));
  }
  const values = schema.enum ?? [];
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}

/** Whether an empty text is a value of this setting, and not its default. */
export function canBeEmpty({ schema }: Property): boolean {
  return schema['x-empty'] !== undefined;
}

export function isInteger(schema: PropertySchema): boolean {
  return [schema.type].flat().includes('integer');
}

function kindOf(schema: PropertySchema): Kind {
  if ([schema.type].flat().includes('boolean')) return 'switch';
  if (schema.enum || (isInteger(schema) && spread(schema) < FEW)) return 'choice';
  if (isInteger(schema)) return 'number';
  return schema.writeOnly ? 'secret' : 'text';
}

function spread({ minimum = -Infinity, maximum = Infinity }: PropertySchema): number {
  return maximum - minimum;
}
