/** What the page asks of a server, and the form of the answers. `createApi` speaks to the API of the Python package. */

import type { Stored } from '../settings/draft';
import type { Settings, SettingsSchema } from '../settings/schema';

export type ClientState = 'waiting' | 'connecting' | 'connected' | 'online' | 'refused' | 'shutting_down' | 'closed';

/** What is going on: the state of the client, or why there is none. */
export type State = ClientState | 'not_set_up' | 'off' | 'unusable' | 'elsewhere' | 'stopped' | 'database';

/** What became of the messages since the client was connected. */
export interface Counters {
  accepted: number;
  delivered: number;
  expired: number;
  dropped_queue_full: number;
  dropped_shutdown: number;
  rejected: number;
  unknown: number;
  refused_queue_full: number;
  resent: number;
}

/** The status of the client, by the names of the library; what the page makes use of. */
export interface ClientStatus {
  broker: string;
  protocol: string | null;
  online_for_seconds: number | null;
  last_error: string | null;
  next_attempt_in_seconds: number | null;
  reconnect_attempt: number;
  queued: number;
  oldest_age_seconds: number | null;
  counters: Partial<Counters>;
  limits: { certificate_valid_until?: string | null } | null;
  warnings: string[];
}

export interface Status {
  state: State;
  /** The state in a sentence of the server's. */
  message: string;
  /** The version of what is stored, to notice another's save; `null` where nothing is. */
  etag: string | null;
  client: ClientStatus | null;
}

export interface Fault {
  field: string;
  code: string;
  message: string;
}

/** What the library thinks of settings. */
export interface Verdict {
  valid: boolean;
  /** The settings with the defaults filled in; `null` when they have faults. */
  settings: Settings | null;
  faults: Fault[];
  notes: string[];
}

export type StepName = 'name' | 'tcp' | 'tls' | 'mqtt' | 'login' | 'publish' | 'subscribe';
export type StepResult = 'passed' | 'failed' | 'unproven' | 'skipped' | 'not_reached';

export interface ConnectionStep {
  step: StepName;
  result: StepResult;
  seconds: number | null;
  detail: string | null;
}

/** The certificate that a broker showed, whether or not it is trusted. */
export interface BrokerCertificate {
  /** Left out by a server that quotes nothing of what it reaches. */
  subject?: string | null;
  issuer?: string | null;
  is_self_signed?: boolean | null;
  /** Days, such as "2026-01-31". */
  valid_from: string;
  valid_until: string;
  /** What the setting `tls_fingerprint` takes. */
  fingerprint: string;
}

/** What a test of a connection found. */
export interface ConnectionReport {
  works: boolean;
  broker: string;
  client_id: string;
  topic: string;
  steps: ConnectionStep[];
  protocol: string | null;
  protocol_reason: string | null;
  certificate?: BrokerCertificate | null;
  cause: string | null;
  remedy: string | null;
  proves: string[];
  does_not_prove: string[];
  seconds: number;
}

export interface Published {
  cameras: number;
  message: string;
}

export interface TestMessage {
  topic: string;
  /** Whether the broker has acknowledged it. */
  delivered: boolean;
  message: string;
}

/**
 * The server, as the page sees it. Every call rejects with an `ApiProblem` when it fails; a signal that is aborted makes
 * it reject with whatever `fetch` gives.
 */
export interface MqttSettingsApi {
  schema(signal?: AbortSignal): Promise<SettingsSchema>;
  load(signal?: AbortSignal): Promise<Stored>;
  /** Store changes on top of what was loaded as `version`; rejects with `changed` if that is no longer what is stored. */
  save(changes: Settings, version: string | null): Promise<Stored>;
  check(draft: Settings, signal?: AbortSignal): Promise<Verdict>;
  test(draft: Settings, signal?: AbortSignal): Promise<ConnectionReport>;
  status(signal?: AbortSignal): Promise<Status>;
  /** Tell every change of the status until the server ends the stream. Without it the page asks every few seconds. */
  watchStatus?(tell: (status: Status) => void, signal: AbortSignal): Promise<void>;
  reconnect(): Promise<void>;
  publishDiscovery(): Promise<Published>;
  sendTestMessage(): Promise<TestMessage>;
}
