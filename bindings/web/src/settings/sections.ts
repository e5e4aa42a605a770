/** Where each setting stands on the page: by what people think of, not by how the library groups it. */

import type { Property } from './schema';

export const SECTIONS = [
  'broker',
  'login',
  'encryption',
  'topics',
  'events',
  'availability',
  'homeAssistant',
  'advanced',
] as const;

export type SectionName = (typeof SECTIONS)[number];

const PLACES: Partial<Record<SectionName, readonly string[]>> = {
  broker: ['broker_host', 'broker_port'],
  login: ['username', 'password', 'password_file'],
  topics: ['topic_prefix', 'event_topic'],
  advanced: ['client_id', 'protocol'],
};

/** The groups of the library that are sections by themselves, but for what is placed above. */
const GROUPS: Record<string, SectionName> = {
  Broker: 'broker',
  TLS: 'encryption',
  Events: 'events',
  Availability: 'availability',
  'Home Assistant': 'homeAssistant',
};

/** The section of a setting. One that a newer library adds follows its group, or else stands under "advanced". */
export function sectionOf(property: Property): SectionName {
  for (const section of SECTIONS) {
    if (PLACES[section]?.includes(property.name)) return section;
  }
  return GROUPS[property.schema['x-group']] ?? 'advanced';
}

/** What most people look for. The rest of a section is folded away. */
const USUAL = new Set([
  'broker_host',
  'broker_port',
  'username',
  'password',
  'use_tls',
  'tls_ca_file',
  'tls_fingerprint',
  'topic_prefix',
  'event_topic',
  'message_expiry_seconds',
  'qos',
  'retain_events',
  'availability_topic',
  'birth_message',
  'will_message',
  'homeassistant_discovery',
  'discovery_prefix',
]);

export function isUsual(property: Property): boolean {
  return USUAL.has(property.name);
}

/** What shares a line with its neighbour, where there is room. */
const SHORT = new Set(['broker_host', 'username', 'password', 'birth_message', 'will_message']);

export function isShort(property: Property): boolean {
  return property.kind === 'number' || property.kind === 'choice' || SHORT.has(property.name);
}

/** The switch without which the other settings of a section are not used. */
const SWITCHES: Partial<Record<SectionName, string>> = {
  encryption: 'use_tls',
  homeAssistant: 'homeassistant_discovery',
};

export function switchOf(section: SectionName): string | undefined {
  return SWITCHES[section];
}

/** The settings of each section, in the order of the schema. */
export function bySection(properties: Iterable<Property>): Map<SectionName, Property[]> {
  const sections = new Map<SectionName, Property[]>(SECTIONS.map((name) => [name, []]));
  for (const property of properties) sections.get(sectionOf(property))?.push(property);
  return sections;
}
