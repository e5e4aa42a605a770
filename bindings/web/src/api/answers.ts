/** Answers of the API that are no success, as problems. */

import type { Fault } from './contract';
import { ApiProblem, type ProblemKind } from './problem';

const KINDS: Record<number, ProblemKind> = {
  401: 'forbidden',
  403: 'forbidden',
  409: 'offline',
  412: 'changed',
  422: 'invalid',
  428: 'changed',
  429: 'busy',
  // A proxy that has no answer itself.
  502: 'unreachable',
  503: 'offline',
  504: 'unreachable',
};

/** One entry of FastAPI's list of faults. */
interface Detail {
  loc?: unknown[];
  msg?: string;
  type?: string;
}

/** What a successful answer contains. */
export async function objectOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (!isObject(value) || Array.isArray(value))
    throw new ApiProblem('foreign', `HTTP ${response.status}`, { status: response.status });
  return value as T;
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const detail = isObject(body) ? body.detail : null;
  const faults = Array.isArray(detail) ? detail.filter(isObject).map(faultOf) : [];
  const first = faults[0] ? `${faults[0].field}: ${faults[0].message}` : null;
  const message = typeof detail === 'string' ? detail : (first ?? `HTTP ${response.status}`);
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ApiProblem(KINDS[response.status] ?? 'failed', message, {
    faults,
    status: response.status,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : null,
  });
}

function faultOf(detail: Detail): Fault {
  const field = detail.loc?.at(-1);
  return {
    field: typeof field === 'string' ? field : 'settings',
    code: detail.type ?? '',
    message: detail.msg ?? '',
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
