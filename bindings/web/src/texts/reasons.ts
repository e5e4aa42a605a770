import type { ApiProblem } from '../api/problem';
import type { Texts } from './english';

/** Why a call failed, for people. */
export function reasonOf({ kind, message }: ApiProblem, { reasons }: Texts): string {
  switch (kind) {
    case 'unreachable':
      return reasons.unreachable;
    case 'forbidden':
      return reasons.forbidden;
    case 'foreign':
      return reasons.foreign;
    case 'busy':
      return message || reasons.busy;
    case 'offline':
      return message || reasons.offline;
    default:
      return message;
  }
}
