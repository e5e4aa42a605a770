/** What the page makes of schema and values, without a page. */

import { describe, expect, test } from 'vitest';
import { meant } from '../../src/settings/blanks';
import { changedNames, changesOf, draftOf, formOf, REMOVE_PASSWORD, type Stored } from '../../src/settings/draft';
import { isAllowed } from '../../src/settings/judge';
import { merge } from '../../src/settings/merge';
import { portAfterSwitch } from '../../src/settings/ports';
import { choicesOf, ENABLED, type Property, propertiesOf } from '../../src/settings/schema';
import { bySection, isUsual, SECTIONS, sectionOf } from '../../src/settings/sections';
import { exampleTopic } from '../../src/settings/topics';
import { properties, property, schema } from '../support/schema';

const stored: Stored = {
  enabled: true,
  settings: { broker_host: 'broker.example', message_expiry_seconds: 300, use_tls: null, qos: 1 },
  hasPassword: true,
  version: '"1"',
};

describe('schema', () => {
  test('every setting is found once, in one section', () => {
    const sections = bySection(properties.values());
    const placed = SECTIONS.flatMap((name) => sections.get(name) ?? []).map(({ name }) => name);
    expect(placed.toSorted()).toEqual(Object.keys(schema.properties).toSorted());
  });

  test.each([
    ['broker_port', 'broker'],
    ['password', 'login'],
    ['use_tls', 'encryption'],
    ['topic_prefix', 'topics'],
    ['message_expiry_seconds', 'events'],
    ['will_message', 'availability'],
    ['discovery_prefix', 'homeAssistant'],
    ['client_id', 'advanced'],
    ['keep_alive_seconds', 'advanced'],
  ])('%s stands under %s', (name, section) => {
    expect(sectionOf(property(name))).toBe(section);
  });

  test('what most people look for exists in the schema', () => {
    const usual = [...properties.values()].filter(isUsual);
    expect(usual.map(sectionOf)).toContain('homeAssistant');
    expect(usual).toHaveLength(17);
  });

  test('a setting that a newer library adds is shown among the rest of its group', () => {
    const rules = { ...property('will_delay_seconds').schema, title: 'New' };
    const newer = propertiesOf({ ...schema, properties: { ...schema.properties, brand_new: rules } });
    const added = newer.get('brand_new') as Property;
    expect(sectionOf(added)).toBe('availability');
    expect(isUsual(added)).toBe(false);
    expect(sectionOf({ ...added, schema: { ...rules, 'x-group': 'Something new' } })).toBe('advanced');
  });

  test('the switch that the API adds is not one of the settings', () => {
    const rules = property('use_tls').schema;
    expect(propertiesOf({ ...schema, properties: { ...schema.properties, [ENABLED]: rules } }).has(ENABLED)).toBe(
      false,
    );
  });

  test('the kind of an input follows the type', () => {
    expect(property('use_tls').kind).toBe('switch');
    expect(property('password').kind).toBe('secret');
    expect(property('broker_port').kind).toBe('number');
    expect(choicesOf(property('protocol'))).toEqual(['auto', '5', '3.1.1']);
    expect(choicesOf(property('qos'))).toEqual(['0', '1']);
  });
});

describe('at once', () => {
  test.each([
    ['message_expiry_seconds', '59', false],
    ['message_expiry_seconds', '60', true],
    ['message_expiry_seconds', '3600', true],
    ['message_expiry_seconds', '3601', false],
    ['message_expiry_seconds', '', true],
    ['message_expiry_seconds', '90.5', false],
    ['message_expiry_seconds', '1e3', false],
    ['message_expiry_seconds', '120,5', false],
    ['message_expiry_seconds', '0x80', false],
    ['message_expiry_seconds', '１２０', false],
    ['message_expiry_seconds', '1 200', false],
    ['message_expiry_seconds', '99999999999999999999', false],
    ['message_expiry_seconds', '-300', false],
    ['qos', '2', false],
    ['broker_host', '', false],
    ['broker_host', 'mqtt://broker', false],
    ['broker_host', '::1', true],
    ['topic_prefix', 'a/#', false],
    ['topic_prefix', '$SYS', false],
    ['protocol', '4', false],
    ['birth_message', 'x'.repeat(257), false],
    // Characters, not UTF-16 units.
    ['birth_message', '😀'.repeat(256), true],
  ])('%s: %j is %j', (name, value, allowed) => {
    expect(isAllowed(property(name), value)).toBe(allowed);
  });
});

describe('form', () => {
  test('shows what is stored, and no secret', () => {
    const form = formOf(stored, properties.values());
    expect(form).toMatchObject({
      enabled: true,
      message_expiry_seconds: '300',
      use_tls: false,
      qos: '1',
      password: '',
    });
    expect(form.client_id).toBe('');
  });

  test('sends what was changed, in the type of the library', () => {
    const base = formOf(stored, properties.values());
    const values = { ...base, message_expiry_seconds: '600', topic_prefix: '', qos: '0', enabled: false };
    const names = changedNames(values, base);
    expect(changesOf(values, names, properties)).toEqual({ message_expiry_seconds: 600, qos: 0, enabled: false });
    expect(changesOf({ ...base, qos: '' }, ['qos'], properties)).toEqual({ qos: null });
  });

  test.each(['1e3', '0x80', '120,5', '５'])('sends %s as it is, as the library judges it', (text) => {
    const base = formOf(stored, properties.values());
    expect(draftOf({ ...base, message_expiry_seconds: text }, properties).message_expiry_seconds).toBe(text);
  });

  test.each([
    ['broker_host', ' a\u00a0', 'a'],
    ['broker_port', '\t1883\n', '1883'],
    ['tls_fingerprint', ' AB:CD ', 'AB:CD'],
    ['tls_ca_file', '/etc/ca.pem ', '/etc/ca.pem'],
    // These may have blanks, of which the library tells.
    ['username', ' me ', ' me '],
    ['password', ' secret ', ' secret '],
    ['topic_prefix', 'house ', 'house '],
  ])('%s: %j means %j', (name, typed, means) => {
    const base = formOf(stored, properties.values());
    expect(meant({ ...base, [name]: typed }, base, properties)[name]).toBe(means);
    // What was stored with blanks is what it is.
    const odd = { ...base, [name]: typed };
    expect(meant(odd, odd, properties)[name]).toBe(typed);
  });

  test('an empty field is a value where it has a meaning, and else the default', () => {
    const name = 'home_assistant_status_topic';
    expect(formOf(stored, properties.values())[name]).toBe('homeassistant/status');
    const emptied = { ...stored, settings: { ...stored.settings, [name]: '' } };
    const form = formOf(emptied, properties.values());
    expect(form[name]).toBe('');
    expect(draftOf(form, properties)).toMatchObject({ [name]: '', discovery_prefix: null });
    expect(isAllowed(property(name), '')).toBe(true);
  });

  test('sends a password only if one was typed, and null to remove it', () => {
    const base = formOf(stored, properties.values());
    expect(draftOf(base, properties)).not.toHaveProperty('password');
    expect(draftOf({ ...base, password: 'secret' }, properties)).toHaveProperty('password', 'secret');
    expect(draftOf({ ...base, [REMOVE_PASSWORD]: true }, properties)).toHaveProperty('password', null);
    expect(draftOf({ ...base, password: 'new', [REMOVE_PASSWORD]: true }, properties).password).toBe('new');
  });

  test('the usual port follows encryption, another one stays', () => {
    expect(portAfterSwitch('1883', true)).toBe('8883');
    expect(portAfterSwitch('8883', false)).toBe('1883');
    expect(portAfterSwitch('18830', true)).toBe('18830');
    expect(portAfterSwitch('', true)).toBe('');
  });

  test('topics are shown with their placeholders replaced', () => {
    const form = { ...formOf(stored, properties.values()), event_topic: '', topic_prefix: 'house' };
    expect(exampleTopic(property('event_topic'), form, properties)).toBe('house/events/front_door');
    expect(exampleTopic(property('discovery_prefix'), form, properties)).toBeNull();
  });
});

describe('another save', () => {
  const base = { host: 'a', port: '1', prefix: 'x' };

  test('is taken over where nothing was typed, and what was typed stays', () => {
    const merged = merge(base, { ...base, host: 'mine' }, { ...base, port: '2' });
    expect(merged).toEqual({ values: { host: 'mine', port: '2', prefix: 'x' }, taken: ['port'], conflicts: [] });
  });

  test('of the same field is a conflict, unless it is the same value', () => {
    const mine = { ...base, host: 'mine', port: '2' };
    const merged = merge(base, mine, { host: 'theirs', port: '2', prefix: 'x' });
    expect(merged).toEqual({ values: mine, taken: [], conflicts: ['host'] });
  });
});
