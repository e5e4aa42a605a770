/** Programs started by a test. None outlives the test run, however that ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { waitUntil } from './wait';

export class Program {
  output = '';
  readonly #process: ChildProcess;

  constructor(command: string, args: string[], environment: NodeJS.ProcessEnv = process.env) {
    // The kernel kills it when the tests end without having done so.
    this.#process = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.output += data.toString();
      });
    }
    this.#process.on('error', (error) => {
      this.output += error.message;
    });
  }

  get isRunning(): boolean {
    return this.#process.pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Let it read to the end of its input, and wait for its own. */
  async finish(): Promise<void> {
    this.#process.stdin?.end();
    await waitUntil(() => !this.isRunning, `the program ends:\n${this.output}`);
  }

  /** Kill it and wait for its end. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.isRunning) return;
    this.#process.kill(signal);
    await waitUntil(() => !this.isRunning, `the program ends after ${signal}:\n${this.output}`);
  }
}

/** A port of 127.0.0.1 on which nobody listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
