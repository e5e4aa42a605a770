/** A signal that is aborted when the time is up, or with another one. */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #abort = () => this.#controller.abort();
  #timer: ReturnType<typeof setTimeout>;

  constructor(milliseconds: number, outer?: AbortSignal) {
    this.#timer = setTimeout(this.#abort, milliseconds);
    this.#outer = outer;
    if (outer?.aborted) this.#abort();
    outer?.addEventListener('abort', this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Begin anew, with so much time. */
  renew(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#abort, milliseconds);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#abort);
  }
}
