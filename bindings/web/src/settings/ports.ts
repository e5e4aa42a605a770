/** The port that goes with encryption, or without it. */

const PORT = '1883';
const TLS_PORT = '8883';

/** The port where none is given. */
export function usualPort(useTls: boolean): number {
  return Number(useTls ? TLS_PORT : PORT);
}

/** The port after encryption was switched: the usual one of either kind becomes that of the other. */
export function portAfterSwitch(port: string, useTls: boolean): string {
  const [before, after] = useTls ? [PORT, TLS_PORT] : [TLS_PORT, PORT];
  return port === before ? after : port;
}
