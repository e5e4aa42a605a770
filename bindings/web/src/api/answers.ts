/** Answers of the API that are no success, as problems. */

import type { Stored } from '../settings/draft';
import { ENABLED, type Settings } from '../settings/schema';
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

/** The object of a successful answer, which has these members if the API has given it. */
export async function objectOf<T extends object>(response: Response, members: (keyof T & string)[]): Promise<T> {
  const text = await response.text();
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (!isObject(value) || !members.every((name) => name in value))
    throw new ApiProblem('foreign', `HTTP ${response.status}`, { status: response.status });
  return value as T;
}

/** What is stored, of an answer that tells. */
export async function storedOf(response: Response): Promise<Stored> {
  const body = await objectOf<Settings>(response, [ENABLED, 'has_password', 'stored']);
  const { [ENABLED]: enabled, has_password: hasPassword, ...settings } = body;
  // A proxy that compresses makes the tag a weak one, which the server would not know again.
  const version = response.headers.get('ETag')?.replace(/^W\//, '') ?? null;
  if (version === null && body.stored === true) throw new ApiProblem('failed', NO_ETAG);
  return { enabled: enabled === true, settings, hasPassword: hasPassword === true, version };
}

const NO_ETAG =
  'the header ETag is missing; let the server send Access-Control-Expose-Headers: ETag, and proxies pass it on';

export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const detail = isObject(body) ? body.detail : undefined;
  const faults = Array.isArray(detail) ? detail.filter(isObject).map(faultOf) : [];
  const first = faults[0] ? `${faults[0].field}: ${faults[0].message}` : null;
  const message = typeof detail === 'string' ? detail : (first ?? `HTTP ${response.status}`);
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  // A proxy that has no answer itself, or a server that broke down: what became of the call is not known.
  const isUnknown = response.status >= 500 && detail === undefined;
  return new ApiProblem(isUnknown ? 'unreachable' : (KINDS[response.status] ?? 'failed'), message, {
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
