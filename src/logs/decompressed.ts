/** Gzip by the web's own DecompressionStream, for pages; a program on Node has node:zlib. */

const MAGIC = [0x1f, 0x8b] as const;

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * The bytes of a file, decompressed if they are gzip (by their first two bytes) and as they are if not.
 * @param file a Blob, such as the File of a file chooser
 * @throws TypeError while iterating, if the gzip data are damaged or cut; what came before is good
 */
export async function* decompressed(file: Blob): AsyncGenerator<Uint8Array> {
  const head = new Uint8Array(await file.slice(0, MAGIC.length).arrayBuffer());
  const zipped = head[0] === MAGIC[0] && head[1] === MAGIC[1];
  const stream = file.stream();
  yield* chunksOf(zipped ? stream.pipeThrough(new DecompressionStream('gzip')) : stream);
}
