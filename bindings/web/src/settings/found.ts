/** Whether changes were stored, by what is stored now. */

import type { Stored } from './draft';
import { usualPort } from './ports';
import { ENABLED, type Property, type Settings, type Value } from './schema';

/**
 * Whether changes whose save was not answered are stored.
 *
 * @param changes What was sent.
 * @param before What was stored when they were typed.
 * @param now What is stored now.
 */
export function areStored(changes: Settings, before: Stored, now: Stored, properties: Map<string, Property>): boolean {
  if (now.version === before.version) return false;
  const [earlier, found] = [all(before), all(now)];
  const visible = Object.keys(changes).filter((name) => !isUnseen(name, changes, properties));
  const areSame = (one: Settings, name: string) =>
    inEffect(one, name, properties) === inEffect(found, name, properties);
  // A stored password can't be seen: that nothing else was changed is all there is to go by.
  if (visible.length === 0) return [...properties.keys(), ENABLED].every((name) => areSame(earlier, name));
  return visible.every((name) => {
    if (properties.get(name)?.kind === 'secret') return !now.hasPassword;
    return areSame({ ...found, ...changes }, name);
  });
}

/** Whether there is something among changes of which nobody can see whether it is stored. */
export function hasUnseen(changes: Settings, properties: Map<string, Property>): boolean {
  return Object.keys(changes).some((name) => isUnseen(name, changes, properties));
}

function isUnseen(name: string, changes: Settings, properties: Map<string, Property>): boolean {
  return properties.get(name)?.kind === 'secret' && changes[name] !== null;
}

function all({ enabled, settings }: Stored): Settings {
  return { ...settings, [ENABLED]: enabled };
}

/** What holds for a setting: the server may store the default of one that is cleared. */
function inEffect(settings: Settings, name: string, properties: Map<string, Property>): Value {
  const value = settings[name] ?? properties.get(name)?.schema.default ?? null;
  // The one default that the server works out and stores.
  return value === null && name === 'broker_port' ? usualPort(settings.use_tls === true) : value;
}
