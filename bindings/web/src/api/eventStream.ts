/** Server-sent events out of a response of `fetch`: `EventSource` can send no headers, which a host's login may need. */

/**
 * Give the data of each event, until the stream ends.
 *
 * @param heard Called whenever something comes, be it a comment that keeps the connection alive.
 */
export async function* eventsOf(stream: ReadableStream<Uint8Array>, heard?: () => void): AsyncGenerator<string> {
  const reader = stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = '';
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) return;
      heard?.();
      rest += value;
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = dataOf(block);
        if (data !== null) yield data;
      }
    }
  } finally {
    // The connection ends with the reader; that it has ended already is no fault.
    await reader.cancel().catch(() => undefined);
  }
}

/** The data of one event; `null` for one without, such as a comment that keeps the connection alive. */
function dataOf(block: string): string | null {
  const lines = block
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''));
  return lines.length > 0 ? lines.join('\n') : null;
}
