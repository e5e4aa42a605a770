/** The API of the Python package over HTTP. */

import type { Stored } from '../settings/draft';
import { ENABLED, type Settings, type SettingsSchema } from '../settings/schema';
import { objectOf, problemOf } from './answers';
import type { ConnectionReport, MqttSettingsApi, Status, TestMessage, Verdict } from './contract';
import { eventsOf } from './eventStream';
import { ApiProblem } from './problem';

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

/** Make the adapter for the routes of `argus_mqtt.settings`. */
export function createApi(options: ApiOptions = {}): MqttSettingsApi {
  const base = (options.baseUrl ?? '/api/v1/settings/mqtt').replace(/\/+$/, '');

  async function call(path: string, { method = 'GET', body, headers, signal }: Call = {}): Promise<Response> {
    const request: RequestInit = {
      method,
      credentials: options.credentials ?? 'same-origin',
      cache: 'no-store',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
        ...(await options.headers?.()),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    };
    let response: Response;
    try {
      response = await (options.fetch ?? fetch)(base + path, request);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiProblem('unreachable', error instanceof Error ? error.message : String(error));
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  async function json<T>(path: string, request?: Call): Promise<T> {
    return objectOf<T>(await call(path, request));
  }

  return {
    schema: (signal) => json<SettingsSchema>('/schema', { signal }),
    load: async (signal) => storedFrom(await call('', { signal })),
    save: async (changes, version) => {
      const [method, condition] =
        version === null ? ['PUT', { 'If-None-Match': '*' }] : ['PATCH', { 'If-Match': version }];
      return storedFrom(await call('', { method, body: changes, headers: condition }));
    },
    check: (draft, signal) => json<Verdict>('/check', { method: 'POST', body: draft, signal }),
    test: (draft, signal) => json<ConnectionReport>('/test', { method: 'POST', body: draft, signal }),
    status: (signal) => json<Status>('/status', { signal }),
    watchStatus: async (tell, signal) => {
      const response = await call('/status', { headers: { Accept: 'text/event-stream' }, signal });
      if (!response.body || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
        throw new ApiProblem('failed', 'the server sends no events');
      }
      for await (const data of eventsOf(response.body)) tell(JSON.parse(data) as Status);
    },
    reconnect: async () => {
      await call('/reconnect', { method: 'POST', body: {} });
    },
    publishDiscovery: async () => {
      const answer = await json<{ cameras_published?: number; message?: string }>('/publish-discovery', {
        method: 'POST',
        body: {},
      });
      return { cameras: answer.cameras_published ?? 0, message: answer.message ?? '' };
    },
    sendTestMessage: () => {
      return json<TestMessage>('/test-message', { method: 'POST', body: {} });
    },
  };
}

async function storedFrom(response: Response): Promise<Stored> {
  const body = await objectOf<Settings>(response);
  const { [ENABLED]: enabled, has_password: hasPassword, ...settings } = body;
  // A proxy that compresses makes the tag a weak one, which the server would not know again.
  const version = response.headers.get('ETag')?.replace(/^W\//, '') ?? null;
  if (version === null && body.stored === true) throw new ApiProblem('failed', NO_ETAG);
  return { enabled: enabled === true, settings, hasPassword: hasPassword === true, version };
}

const NO_ETAG =
  'the header ETag is missing; let the server send Access-Control-Expose-Headers: ETag, and proxies pass it on';
