/** Real brokers, and an independent subscriber. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { freePort, Program } from './program';
import { REPOSITORY } from './repository';
import { waitUntil } from './wait';

const RUN = `${REPOSITORY}tools/debian-run`;

export interface Broker {
  port: number;
  stop(): Promise<void>;
}

interface Options {
  /** A username and its password; without them everyone is let in. */
  login?: { username: string; password: string };
  /** Files in PEM. */
  tls?: Certificate;
  port?: number;
}

/** Start a Mosquitto whose files are in a directory. */
export function startMosquitto(directory: string, { login, tls, port }: Options = {}): Promise<Broker> {
  return started(port, (chosen) => {
    const file = `${directory}/mosquitto-${chosen}.conf`;
    const lines = [`listener ${chosen} 127.0.0.1`, 'persistence false', 'user root', `allow_anonymous ${!login}`];
    if (login) {
      const passwords = `${directory}/passwords-${chosen}`;
      execFileSync(RUN, ['mosquitto_passwd', '-b', '-c', passwords, login.username, login.password]);
      lines.push(`password_file ${passwords}`);
    }
    if (tls) lines.push(`certfile ${tls.certificate}`, `keyfile ${tls.key}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return new Program(RUN, ['mosquitto', '-c', file]);
  });
}

/** Start a broker that speaks MQTT 3.1.1 alone. */
export function startOldBroker(): Promise<Broker> {
  const script = `${REPOSITORY}tests/brokers/aedes.js`;
  return started(undefined, (port) => new Program(process.execPath, [script, 'aedes-0.51', String(port)]));
}

async function started(port: number | undefined, start: (port: number) => Program): Promise<Broker> {
  // Another program may take a free port first.
  for (let attempt = 1; ; attempt++) {
    const chosen = port ?? (await freePort());
    const program = start(chosen);
    await waitUntil(async () => !program.isRunning || (await answers(chosen)), 'the broker starts');
    if (program.isRunning) return { port: chosen, stop: () => program.stop() };
    if (attempt === 5) throw new Error(`the broker does not start:\n${program.output}`);
  }
}

/** Whether somebody listens on a port. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.on('connect', () => done(true)).on('error', () => done(false));
  });
}

export interface Certificate {
  certificate: string;
  key: string;
}

/** A certificate for 127.0.0.1 that nobody but itself has signed. */
export function selfSigned(directory: string): Certificate {
  const files = { certificate: `${directory}/certificate.pem`, key: `${directory}/key.pem` };
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '90'];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(RUN, ['openssl', ...request, ...names, '-keyout', files.key, '-out', files.certificate], {
    stdio: 'ignore',
  });
  return files;
}

/** Sees what arrives at a broker on some topics. */
export class Subscriber {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  static async start(broker: Broker, topic: string): Promise<Subscriber> {
    const args = ['-h', '127.0.0.1', '-p', String(broker.port), '-V', '5', '-q', '1', '-t', topic, '-F', '%t %p', '-d'];
    // Line by line, as to a terminal.
    const program = new Program('stdbuf', ['-oL', RUN, 'mosquitto_sub', ...args]);
    await waitUntil(
      () => program.output.includes('Subscribed'),
      `the subscription is acknowledged:\n${program.output}`,
    );
    return new Subscriber(program);
  }

  /** The payloads that have arrived on a topic. */
  payloads(topic: string): string[] {
    const lines = this.#program.output.split('\n').filter((line) => line.startsWith(`${topic} `));
    return lines.map((line) => line.slice(topic.length + 1));
  }

  /** The topics that begin so and have had a message. */
  topics(beginning: string): string[] {
    const lines = this.#program.output.split('\n').filter((line) => line.startsWith(beginning));
    return [...new Set(lines.map((line) => line.split(' ', 1)[0] ?? ''))];
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}
