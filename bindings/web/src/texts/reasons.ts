import type { ApiProblem } from '../api/problem';
import type { Texts } from './english';

/** Why a call failed, for people. */
export function reasonOf({ kind, message, status }: ApiProblem, { reasons }: Texts): string {
  const isBare = status !== null && message === `HTTP ${status}`;
  // Who is known and may not do it is told why; it is no question of logging in.
  if (kind === 'forbidden' && status === 403) return isBare ? reasons.forbidden : message || reasons.forbidden;
  if (kind === 'forbidden' || kind === 'foreign') return reasons[kind];
  if (kind === 'busy') return isBare ? reasons.busy : message || reasons.busy;
  // The server has said no more than its status.
  if (status !== null && (isBare || kind === 'unreachable')) return reasons.broken(status);
  if (kind === 'unreachable') return reasons.unreachable;
  return kind === 'offline' ? message || reasons.offline : message;
}
