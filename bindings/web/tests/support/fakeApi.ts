/** A server in memory, for tests of the parts; the browser tests have the real one. */

import { vi } from 'vitest';
import type { ClientStatus, ConnectionReport, Fault, MqttSettingsApi, Status } from '../../src/api/contract';
import { ApiProblem } from '../../src/api/problem';
import type { Stored } from '../../src/settings/draft';
import type { Settings } from '../../src/settings/schema';
import { properties, schema } from './schema';

const blank: Settings = Object.fromEntries(
  [...properties.values()].map(({ name, schema: rules }) => [name, rules.default ?? null]),
);

export const REPORT: ConnectionReport = {
  works: false,
  broker: 'broker.example:1883',
  client_id: 'argus-test',
  topic: 'argusai/connection-test',
  steps: [
    { step: 'name', result: 'passed', seconds: 0.002, detail: null },
    { step: 'tcp', result: 'failed', seconds: 0.0004, detail: null },
    { step: 'login', result: 'not_reached', seconds: null, detail: null },
  ],
  protocol: null,
  protocol_reason: null,
  cause: "the broker can't be reached: Connection refused",
  remedy: 'check broker_host and broker_port',
  proves: [],
  does_not_prove: ['that events may be written'],
  seconds: 0.0024,
};

export const CLIENT: ClientStatus = {
  broker: 'broker.example:1883',
  protocol: '5',
  online_for_seconds: 0,
  last_error: null,
  next_attempt_in_seconds: null,
  reconnect_attempt: 0,
  queued: 0,
  oldest_age_seconds: null,
  counters: {},
  limits: null,
  warnings: [],
};

/** What the server stores: where a setting is left to its default, that. */
function kept(settings: Settings): Settings {
  const port = settings.use_tls === true ? 8883 : 1883;
  const known = Object.entries(settings).map(([name, value]) => [name, value ?? blank[name] ?? null]);
  return { ...Object.fromEntries(known), broker_port: settings.broker_port ?? port };
}

export interface FakeServer {
  api: MqttSettingsApi;
  stored: Stored;
  status: Status;
  /** What `check` has against settings. */
  faults: Fault[];
  /** Save as somebody else would. */
  saveElsewhere(changes: Settings): void;
  /** Store what is saved next, and fail all the same: by default as when the connection breaks. */
  storeWithoutAnswer(problem?: ApiProblem): void;
}

export function fakeServer(settings: Settings | null): FakeServer {
  const server: FakeServer = {
    stored: {
      enabled: true,
      settings: settings ? kept({ ...blank, ...settings }) : blank,
      hasPassword: false,
      version: settings ? '"1"' : null,
    },
    status: settings
      ? { state: 'online', message: '', etag: '"1"', client: CLIENT }
      : { state: 'not_set_up', message: '', etag: null, client: null },
    faults: [],
    saveElsewhere: (changes) => {
      const { enabled = server.stored.enabled, password, ...rest } = changes;
      server.stored = {
        enabled: enabled === true,
        settings: kept({ ...server.stored.settings, ...rest }),
        hasPassword: password === undefined ? server.stored.hasPassword : password !== null,
        version: `"${Number(server.stored.version?.slice(1, -1) ?? 0) + 1}"`,
      };
    },
    storeWithoutAnswer: (problem = new ApiProblem('unreachable', 'the connection broke')) => {
      vi.mocked(server.api.save).mockImplementationOnce(async (changes) => {
        server.saveElsewhere(changes);
        throw problem;
      });
    },
    api: {
      schema: async () => schema,
      load: vi.fn(async () => server.stored),
      save: vi.fn(async (changes: Settings, version: string | null) => {
        if (version !== server.stored.version) throw new ApiProblem('changed', 'somebody else has saved');
        if (server.faults.length > 0) throw new ApiProblem('invalid', '', { faults: server.faults });
        server.saveElsewhere(changes);
        return server.stored;
      }),
      check: vi.fn(async (draft: Settings) => ({
        valid: server.faults.length === 0,
        settings: server.faults.length === 0 ? { ...blank, ...draft } : null,
        faults: server.faults,
        notes: [],
      })),
      test: vi.fn(async () => REPORT),
      status: vi.fn(async () => server.status),
      reconnect: vi.fn(async () => undefined),
      publishDiscovery: vi.fn(async () => ({ cameras: 2, message: '' })),
      sendTestMessage: vi.fn(async () => ({ topic: 'argusai/test', delivered: true, message: '' })),
    },
  };
  return server;
}
