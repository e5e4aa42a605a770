/** The settings standing alone: API and page, on a database of their own. */

import { mkdirSync, readFileSync } from 'node:fs';
import { answers } from './brokers';
import { freePort, Program } from './program';
import { PYTHON, PYTHON_ENVIRONMENT, REPOSITORY } from './repository';
import { waitUntil } from './wait';

const SUPPORT = `${REPOSITORY}bindings/web/tests/support`;
export const API = 'api/v1/settings/mqtt';

export class Server {
  readonly port: number;
  readonly #arguments: string[];
  readonly #folder: string;
  #program: Program;

  private constructor(port: number, folder: string, database: string | undefined) {
    this.port = port;
    this.#folder = folder;
    this.#arguments = [String(port), folder, ...(database ? [database] : [])];
    this.#program = this.#started();
  }

  /** The database is a URL; or `--worker` for one of several in the same folder, of which one has the connection. */
  static async start(folder: string, database?: string): Promise<Server> {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    const server = new Server(await freePort(), folder, database);
    await server.#listens();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** The address that lets a browser in. */
  get entrance(): string {
    return `${this.url}?token=${this.#token}`;
  }

  /** Publish events through the program's client. */
  async publish(count: number): Promise<void> {
    await this.#ask(`events?count=${count}`, { method: 'POST' });
  }

  /** The settings that are stored, as the API tells them. */
  async stored(): Promise<Record<string, unknown>> {
    return (await this.#ask(API)).json() as Promise<Record<string, unknown>>;
  }

  /** Store settings as another program would. */
  async store(settings: Record<string, unknown>): Promise<void> {
    const tag = (await this.#ask(API)).headers.get('ETag');
    await this.#ask(API, {
      method: tag ? 'PATCH' : 'PUT',
      headers: { 'Content-Type': 'application/json', ...(tag ? { 'If-Match': tag } : { 'If-None-Match': '*' }) },
      body: JSON.stringify(settings),
    });
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }

  async restart(): Promise<void> {
    this.#program = this.#started();
    await this.#listens();
  }

  get #token(): string {
    return readFileSync(`${this.#folder}/token`, 'utf8').trim();
  }

  async #ask(path: string, request: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${this.#token}`, ...request.headers };
    const answer = await fetch(this.url + path, { ...request, headers });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer;
  }

  #started(): Program {
    return new Program(PYTHON, ['-B', `${SUPPORT}/server.py`, ...this.#arguments], PYTHON_ENVIRONMENT);
  }

  async #listens(): Promise<void> {
    await waitUntil(async () => !this.#program.isRunning || (await answers(this.port)), 'the server starts');
    if (!this.#program.isRunning) throw new Error(`the server does not start:\n${this.#program.output}`);
  }
}

/** A real PostgreSQL with an empty database. */
export class PostgreSQL {
  readonly url: string;
  readonly #program: Program;

  private constructor(program: Program, url: string) {
    this.#program = program;
    this.url = url;
  }

  static async start(): Promise<PostgreSQL> {
    const program = new Program(PYTHON, ['-B', `${SUPPORT}/postgresql.py`], PYTHON_ENVIRONMENT);
    const address = () => /^postgresql\S+$/m.exec(program.output)?.[0];
    await waitUntil(() => !program.isRunning || address() !== undefined, 'PostgreSQL starts');
    const url = address();
    if (!url) throw new Error(`PostgreSQL does not start:\n${program.output}`);
    return new PostgreSQL(program, url);
  }

  /** It stops when there is no more to read. */
  stop(): Promise<void> {
    return this.#program.finish();
  }
}
