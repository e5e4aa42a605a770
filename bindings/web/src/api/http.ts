/** The API of the Python package over HTTP. */

import type { SettingsSchema } from '../settings/schema';
import { objectOf, problemOf, storedOf } from './answers';
import type { ConnectionReport, MqttSettingsApi, Status, TestMessage, Verdict } from './contract';
import { eventsOf } from './eventStream';
import { ApiProblem } from './problem';
import { TimeLimit } from './timeLimit';

export interface ApiOptions {
  /** Where the routes are. */
  baseUrl?: string;
  /** Headers of every request, such as those of a login; asked for each time. */
  headers?: () => Record<string, string> | Promise<Record<string, string>>;
  /** Whether cookies go along; as for `fetch`. */
  credentials?: RequestCredentials;
  fetch?: typeof fetch;
}

interface Call {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** What a server may take for an answer, in milliseconds. The test of a connection takes 15 s at most. */
const ANSWER_WITHIN = 30_000;
/** What the status may take that a stream begins with. Some proxies hold a stream back until it ends. */
const STREAM_WITHIN = 10_000;
/** How long a stream may be silent: the server gives a sign of life every 15 s. */
const SILENT_FOR = 40_000;

/** Make the adapter for the routes of `argus_mqtt.settings`. */
export function createApi(options: ApiOptions = {}): MqttSettingsApi {
  const base = (options.baseUrl ?? '/api/v1/settings/mqtt').replace(/\/+$/, '');

  async function call<T>(
    path: string,
    { method = 'GET', body, headers, signal }: Call,
    limit: TimeLimit,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    try {
      const request: RequestInit = {
        method,
        credentials: options.credentials ?? 'same-origin',
        cache: 'no-store',
        headers: {
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
          ...(await limit.inTime(options.headers?.())),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: limit.signal,
      };
      const response = await (options.fetch ?? fetch)(base + path, request);
      if (!response.ok) throw await problemOf(response);
      return await read(response);
    } catch (error) {
      if (signal?.aborted || error instanceof ApiProblem) throw error;
      if (limit.signal.aborted) throw new ApiProblem('unreachable', 'the server took too long to answer');
      throw new ApiProblem('unreachable', error instanceof Error ? error.message : String(error));
    } finally {
      limit.end();
    }
  }

  /** Ask for an object that has these members: others than those of the API may answer. */
  function json<T extends object>(path: string, members: (keyof T & string)[], request: Call = {}): Promise<T> {
    const limit = new TimeLimit(ANSWER_WITHIN, request.signal);
    return call(path, request, limit, (response) => objectOf<T>(response, members));
  }

  function stored(request: Call) {
    return call('', request, new TimeLimit(ANSWER_WITHIN, request.signal), storedOf);
  }

  return {
    schema: (signal) => json<SettingsSchema>('/schema', ['properties', 'required', 'x-groups'], { signal }),
    load: (signal) => stored({ signal }),
    save: (changes, version) => {
      const [method, condition] =
        version === null ? ['PUT', { 'If-None-Match': '*' }] : ['PATCH', { 'If-Match': version }];
      return stored({ method, body: changes, headers: condition });
    },
    check: (draft, signal) =>
      json<Verdict>('/check', ['valid', 'settings', 'faults', 'notes'], { method: 'POST', body: draft, signal }),
    test: (draft, signal) =>
      json<ConnectionReport>('/test', ['works', 'steps', 'cause', 'remedy', 'proves', 'does_not_prove', 'seconds'], {
        method: 'POST',
        body: draft,
        signal,
      }),
    status: (signal) => json<Status>('/status', STATUS, { signal }),
    watchStatus: (tell, signal) => {
      const limit = new TimeLimit(STREAM_WITHIN, signal);
      const heard = () => limit.renew(SILENT_FOR);
      return call('/status', { headers: { Accept: 'text/event-stream' }, signal }, limit, async (response) => {
        if (!response.body || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
          throw new ApiProblem('failed', 'the server sends no events');
        }
        for await (const data of eventsOf(response.body, heard)) tell(JSON.parse(data) as Status);
      });
    },
    reconnect: async () => {
      await json<Status>('/reconnect', STATUS, { method: 'POST', body: {} });
    },
    publishDiscovery: async () => {
      const members: (keyof Discovered)[] = ['cameras_published', 'message'];
      const answer = await json<Discovered>('/publish-discovery', members, { method: 'POST', body: {} });
      return { cameras: answer.cameras_published, message: answer.message };
    },
    sendTestMessage: () =>
      json<TestMessage>('/test-message', ['topic', 'delivered', 'message'], { method: 'POST', body: {} }),
  };
}

const STATUS: (keyof Status)[] = ['state', 'message', 'etag', 'client'];

interface Discovered {
  cameras_published: number;
  message: string;
}
