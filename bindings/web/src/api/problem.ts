/** Why a call failed. */

import type { Fault } from './contract';

/**
 * `unreachable`: no answer, or one that says no more, so that nobody knows what became of the call; `invalid`: the
 * settings have faults; `changed`: somebody else has saved; `forbidden`: not logged in, or not allowed; `foreign`: an
 * answer that is not the API's, such as the login page of a proxy; `busy`: asked too often, or a test is running;
 * `offline`: there is no client, or no connection to the broker or the database, and nothing was changed; `failed`: all
 * else.
 */
export type ProblemKind =
  | 'unreachable'
  | 'invalid'
  | 'changed'
  | 'forbidden'
  | 'foreign'
  | 'busy'
  | 'offline'
  | 'failed';

interface Details {
  faults?: Fault[];
  status?: number;
  retryAfterSeconds?: number | null;
}

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly kind: ProblemKind;
  readonly faults: Fault[];
  /** The HTTP status; `null` when there was no answer. */
  readonly status: number | null;
  readonly retryAfterSeconds: number | null;

  constructor(kind: ProblemKind, message: string, details: Details = {}) {
    super(message);
    this.kind = kind;
    this.faults = details.faults ?? [];
    this.status = details.status ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}

/** Whatever was thrown, as a problem. */
export function problemFrom(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown;
  return new ApiProblem('unreachable', thrown instanceof Error ? thrown.message : String(thrown));
}

/** Whether the call may have done what it was to do, though it failed. */
export function mayHaveWorked({ kind, status }: ApiProblem): boolean {
  return kind === 'unreachable' || (kind === 'failed' && status !== null && status >= 500);
}

/** Whether the server is there, and does not know who asks any more. */
export function isLoggedOut({ kind }: ApiProblem): boolean {
  return kind === 'forbidden' || kind === 'foreign';
}
