/** Whether changes were stored, by what is stored now. */

import type { Stored } from './draft';
import { ENABLED, type Property, type Settings } from './schema';

/**
 * Whether changes whose save was not answered are stored.
 *
 * @param changes What was sent.
 * @param before What was stored when they were typed.
 * @param now What is stored now.
 */
export function areStored(changes: Settings, before: Stored, now: Stored, properties: Map<string, Property>): boolean {
  if (now.version === before.version) return false;
  const visible = Object.keys(changes).filter((name) => !isUnseen(name, changes, properties));
  // A stored password can't be seen: that nothing else was changed is all there is to go by.
  if (visible.length === 0) return [...properties.keys(), ENABLED].every((name) => of(now, name) === of(before, name));
  return visible.every((name) => {
    if (properties.get(name)?.kind === 'secret') return !now.hasPassword;
    return of(now, name) === changes[name];
  });
}

/** Whether there is something among changes of which nobody can see whether it is stored. */
export function hasUnseen(changes: Settings, properties: Map<string, Property>): boolean {
  return Object.keys(changes).some((name) => isUnseen(name, changes, properties));
}

function isUnseen(name: string, changes: Settings, properties: Map<string, Property>): boolean {
  return properties.get(name)?.kind === 'secret' && changes[name] !== null;
}

function of({ enabled, settings }: Stored, name: string): Settings[string] {
  return name === ENABLED ? enabled : (settings[name] ?? null);
}
