/** What the page says. */

import { describe, expect, test } from 'vitest';
import type { ClientStatus, State } from '../../src/api/contract';
import { ApiProblem } from '../../src/api/problem';
import { partsOf } from '../../src/form/Prose';
import { queueWords, statusWords } from '../../src/status/words';
import { english } from '../../src/texts/english';
import { inWords } from '../../src/texts/settings';
import { completeTexts } from '../../src/texts/TextsContext';
import { bytes, duration, sentence, shortDuration } from '../../src/texts/words';
import { CLIENT } from '../support/fakeApi';
import { properties, property } from '../support/schema';

function seen(state: State, client: Partial<ClientStatus> | null = {}) {
  const status = { state, message: 'why', etag: null, client: client && { ...CLIENT, ...client } };
  return { status, at: 0, problem: null };
}

function say(state: State, client: Partial<ClientStatus> | null, elapsed = 0): string {
  const { title, details } = statusWords(seen(state, client), elapsed * 1000, english);
  return [title, ...details].join(' ');
}

test.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [60, '1 minute'],
  [300, '5 minutes'],
  [90, '1 minute, 30 seconds'],
  [3600, '1 hour'],
  [3601, '1 hour'],
  [90_061, '1 day, 1 hour'],
])('%d seconds are %s', (seconds, words) => {
  expect(duration(seconds, 'en')).toBe(words);
});

test('durations follow the language', () => {
  expect(duration(300, 'de')).toBe('5 Minuten');
  expect(shortDuration(0.0123, 'en')).toBe('12 ms');
  expect(shortDuration(0.00042, 'en')).toBe('0.4 ms');
  expect(shortDuration(2, 'en')).toBe('2 sec');
  expect(bytes(64 << 20, 'en')).toBe('64 MiB');
});

test('numbers are said in words where that helps', () => {
  expect(inWords(property('message_expiry_seconds'), '300', english)).toBe('5 minutes');
  expect(inWords(property('message_expiry_seconds'), '', english)).toBe('5 minutes');
  expect(inWords(property('max_queued_bytes'), '1048576', english)).toBe('1 MiB');
  expect(inWords(property('broker_port'), '1883', english)).toBeNull();
  expect(inWords(property('message_expiry_seconds'), '5 min', english)).toBeNull();
});

describe('status', () => {
  test('times go on between two messages', () => {
    const online = { online_for_seconds: 50, broker: 'h:1', protocol: '5' };
    expect(say('online', online, 10)).toBe('Online Connected to h:1 for 1 minute. MQTT 5.');
    const waiting = { next_attempt_in_seconds: 12, reconnect_attempt: 3 };
    expect(say('waiting', waiting, 2)).toBe('Not connected 3 attempts have failed. Trying again in 10 seconds.');
    expect(say('waiting', waiting, 20)).toBe('Not connected 3 attempts have failed. Trying again now.');
  });

  test('every state has words', () => {
    const states: State[] = ['waiting', 'connecting', 'connected', 'online', 'refused', 'shutting_down'];
    const titles = states.map((state) => statusWords(seen(state), 0, english).title);
    const without: State[] = ['not_set_up', 'off', 'unusable', 'elsewhere', 'stopped', 'database'];
    titles.push(...without.map((state) => statusWords(seen(state, null), 0, english).title));
    expect(new Set(titles).size).toBe(states.length + without.length);
    expect(say('unusable', null)).toContain('why');
  });

  test('a server that does not answer is said so, whatever was before', () => {
    const unanswered = { ...seen('online'), problem: new ApiProblem('unreachable', '') };
    expect(statusWords(unanswered, 0, english).title).toBe(english.status.unreachable);
  });

  test('a server that answers, and does not tell the status, is not one that is gone', () => {
    const forbidden = { ...seen('online'), problem: new ApiProblem('forbidden', 'who are you?') };
    const words = statusWords(forbidden, 0, english);
    expect(words).toMatchObject({ title: english.status.failed, details: [english.reasons.forbidden] });
    const broken = { ...seen('online'), problem: new ApiProblem('failed', 'HTTP 500') };
    expect(statusWords(broken, 0, english).details).toEqual(['HTTP 500']);
  });

  test('settings that cannot be read are not a client that ends', () => {
    expect(say('database', { broker: 'h:1' })).toBe(`${english.status.database} why`);
  });

  test('the queue has an age that goes on', () => {
    expect(queueWords(seen('waiting'), 0, english)).toBe('Nothing waits to be sent.');
    const text = queueWords(seen('waiting', { queued: 2, oldest_age_seconds: 5 }), 1000, english);
    expect(text).toBe('2 messages wait to be sent, the oldest for 6 seconds.');
    expect(queueWords(seen('off', null), 0, english)).toBeNull();
  });
});

test('the names of settings in sentences are found, and nothing else', () => {
  const named = partsOf('check broker_host and `use_tls`, not some_thing or `{camera}`', properties);
  expect(named.filter((part) => part.name).map((part) => part.name)).toEqual(['broker_host', 'use_tls']);
  expect(named.filter((part) => part.code).map((part) => part.text)).toEqual(['use_tls', '{camera}']);
  expect(named.map((part) => part.text).join('')).toBe('check broker_host and use_tls, not some_thing or {camera}');
  expect(sentence('broker_host is wrong')).toBe('broker_host is wrong');
  expect(sentence('the broker')).toBe('The broker');
});

test('a translation may be partial', () => {
  const texts = completeTexts({ locale: 'de', form: { save: 'Speichern' }, settings: { qos: { title: 'Güte' } } });
  expect(texts.form.save).toBe('Speichern');
  expect(texts.form.discard).toBe(english.form.discard);
  expect(texts.settings.qos?.title).toBe('Güte');
  expect(texts.form.unsaved(2)).toBe('2 unsaved changes');
});
