/** What goes over the wire. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventsOf } from '../../src/api/eventStream';
import { createApi } from '../../src/api/http';
import { ApiProblem } from '../../src/api/problem';
import { english } from '../../src/texts/english';
import { reasonOf } from '../../src/texts/reasons';

function answering(response: Response) {
  const fetch = vi.fn(async (_url: string | URL | Request, _request?: RequestInit) => response);
  const api = createApi({ baseUrl: 'http://host/mqtt/', fetch, headers: () => ({ Authorization: 'Bearer x' }) });
  const request = () => fetch.mock.calls[0] ?? [];
  return { api, request };
}

function json(body: unknown, init: ResponseInit = {}): Response {
  return new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' }, ...init });
}

test('the first save is a PUT on the condition that there is none, later ones a PATCH of the version', async () => {
  const body = { enabled: true, broker_host: 'h', has_password: true, stored: false };
  const first = answering(json(body, { headers: { ETag: '"1"' } }));
  expect(await first.api.save({ broker_host: 'h' }, null)).toMatchObject({ version: '"1"', hasPassword: true });
  const headers = { 'If-None-Match': '*', Authorization: 'Bearer x', 'Content-Type': 'application/json' };
  expect(first.request()).toMatchObject(['http://host/mqtt', { method: 'PUT', headers }]);
  const later = answering(json(body));
  await later.api.save({ qos: 0 }, '"1"');
  expect(later.request()[1]).toMatchObject({ method: 'PATCH', headers: { 'If-Match': '"1"' }, body: '{"qos":0}' });
});

test('the version is found again behind a proxy, and not guessed where it is hidden', async () => {
  const body = { enabled: true, broker_host: 'h', has_password: false, stored: true };
  const weak = answering(json(body, { headers: { ETag: 'W/"3"' } }));
  expect((await weak.api.load()).version).toBe('"3"');
  const hidden = answering(json(body));
  await expect(hidden.api.load()).rejects.toThrow('Access-Control-Expose-Headers: ETag');
  const first = answering(json({ ...body, stored: false }));
  expect((await first.api.load()).version).toBeNull();
});

test.each([
  [422, 'invalid'],
  [412, 'changed'],
  [428, 'changed'],
  [401, 'forbidden'],
  [429, 'busy'],
  [409, 'offline'],
  [503, 'offline'],
  [502, 'unreachable'],
  [504, 'unreachable'],
  [500, 'failed'],
])('%d is %s', async (status, kind) => {
  const { api } = answering(json({ detail: 'because' }, { status, headers: { 'Retry-After': '7' } }));
  const problem = await api.load().catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ApiProblem);
  expect(problem).toMatchObject({ kind, message: 'because', retryAfterSeconds: 7 });
});

test.each([
  [401, { detail: 'open the whole address' }, english.reasons.forbidden],
  [403, { detail: 'let the proxy pass on the header Host' }, 'let the proxy pass on the header Host'],
  [403, {}, english.reasons.forbidden],
  [403, { detail: '' }, english.reasons.forbidden],
])('why %d refuses, %o, is said to people', async (status, body, words) => {
  const { api } = answering(json(body, { status }));
  const problem = await api.save({}, '"1"').catch((error: unknown) => error);
  expect(problem).toMatchObject({ kind: 'forbidden', status });
  expect(reasonOf(problem as ApiProblem, english)).toBe(words);
});

test('faults are told with their fields', async () => {
  const detail = [{ loc: ['body', 'qos'], msg: '5 is out of range', type: 'out_of_range' }];
  const { api } = answering(json({ detail }, { status: 422 }));
  const problem = await api.save({}, '"1"').catch((error: unknown) => error);
  expect(problem).toMatchObject({ faults: [{ field: 'qos', message: '5 is out of range', code: 'out_of_range' }] });
});

test.each([500, 502, 503, 521])('%d of a proxy leaves open what became of the call', async (status) => {
  const { api } = answering(new Response('<html>Sorry</html>', { status }));
  const problem = await api.save({}, '"1"').catch((error: unknown) => error);
  expect(problem).toMatchObject({ kind: 'unreachable', status });
  expect(reasonOf(problem as ApiProblem, english)).toBe(`The server answers with an error (HTTP ${status}).`);
});

test('too many requests are said to be too many, by a proxy too', async () => {
  const { api } = answering(new Response('<html>Slow down</html>', { status: 429 }));
  const problem = await api.test({}).catch((error: unknown) => error);
  expect(reasonOf(problem as ApiProblem, english)).toBe(english.reasons.busy);
});

const FOREIGN = ['<html>Log in</html>', '', 'null', '[]', '"ok"', '{}', '{"error": "log in first"}'];

test.each(FOREIGN)('%s is no answer of the API', async (body) => {
  const api = () => answering(new Response(body)).api;
  const foreign = { kind: 'foreign', status: 200 };
  await expect(api().load()).rejects.toMatchObject(foreign);
  await expect(api().schema()).rejects.toMatchObject(foreign);
  await expect(api().save({}, '"1"')).rejects.toMatchObject(foreign);
  await expect(api().check({})).rejects.toMatchObject(foreign);
  await expect(api().test({})).rejects.toMatchObject(foreign);
  await expect(api().status()).rejects.toMatchObject(foreign);
  await expect(api().reconnect()).rejects.toMatchObject(foreign);
  await expect(api().publishDiscovery()).rejects.toMatchObject(foreign);
  await expect(api().sendTestMessage()).rejects.toMatchObject(foreign);
});

test('no answer is told apart from an answer', async () => {
  const api = createApi({ fetch: () => Promise.reject(new TypeError('Failed to fetch')) });
  await expect(api.load()).rejects.toMatchObject({ kind: 'unreachable' });
});

describe('a server that falls silent', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** What comes is what a test puts into it; it ends when the request is given up. */
  function silent() {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    writer.closed.catch(() => undefined);
    const fetch = vi.fn(async (_url: string | URL | Request, request?: RequestInit) => {
      request?.signal?.addEventListener('abort', () => void writer.abort(new Error('aborted')));
      return new Response(readable, { headers: { 'Content-Type': 'text/event-stream' } });
    });
    return { api: createApi({ fetch }), say: (text: string) => writer.write(new TextEncoder().encode(text)) };
  }

  test('before it answers, or in the middle', async () => {
    for (const begun of ['', '{"enabled": true, ']) {
      const { api, say } = silent();
      const outcome = expect(api.save({}, '"1"')).rejects.toMatchObject({ kind: 'unreachable' });
      if (begun) void say(begun);
      await vi.advanceTimersByTimeAsync(30_000);
      await outcome;
    }
  });

  test('before a login is known', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>();
    const api = createApi({ fetch, headers: () => new Promise(() => undefined) });
    const outcome = expect(api.save({}, '"1"')).rejects.toMatchObject({ kind: 'unreachable' });
    await vi.advanceTimersByTimeAsync(30_000);
    await outcome;
    expect(fetch).not.toHaveBeenCalled();
  });

  test('in a stream of its status, which is alive as long as anything comes', async () => {
    const { api, say } = silent();
    const heard = vi.fn();
    const ended = vi.fn();
    const watched = api.watchStatus?.(heard, new AbortController().signal).finally(ended);
    const outcome = expect(watched).rejects.toMatchObject({ kind: 'unreachable' });
    void say('data: {"state": "online"}\n\n');
    for (let minute = 0; minute < 10; minute++) {
      await vi.advanceTimersByTimeAsync(39_000);
      void say(':\n\n');
    }
    expect(heard).toHaveBeenCalledExactlyOnceWith({ state: 'online' });
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(40_000);
    await outcome;
  });

  test('before its stream begins, as behind a proxy that holds it back', async () => {
    const { api } = silent();
    const watched = api.watchStatus?.(() => undefined, new AbortController().signal);
    const outcome = expect(watched).rejects.toMatchObject({ kind: 'unreachable' });
    await vi.advanceTimersByTimeAsync(10_000);
    await outcome;
  });

  test('and somebody who does not wait for it', async () => {
    const { api } = silent();
    const leaving = new AbortController();
    const outcome = expect(api.load(leaving.signal)).rejects.not.toBeInstanceOf(ApiProblem);
    await vi.advanceTimersByTimeAsync(1000);
    leaving.abort();
    await outcome;
  });
});

test('events are put together, however they are cut', async () => {
  const text = ': hello\n\ndata: {"a":1}\n\nevent: x\r\ndata: one\r\ndata: two\r\n\r\nid: 3\n\ndata: cut';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 3, 1000]) {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const events: string[] = [];
    for await (const data of eventsOf(stream)) events.push(data);
    expect(events).toEqual(['{"a":1}', 'one\ntwo']);
  }
});
