/**
 * Bytes into text, in blocks of whole lines. Memory is bounded by one block, whatever the chunks are, and how the
 * bytes were cut into chunks makes no difference to the lines that come out.
 */

/** Bytes of a line that are read; what goes beyond is dropped and the line counted as cut. */
export const LINE_LIMIT = 1 << 16;

const NEWLINE = 10;

export interface LineBlocks {
  readonly push: (chunk: Uint8Array) => void;
  /** Delivers a last line that has no newline. */
  readonly end: () => void;
}

/**
 * @param onBlock takes one or more whole lines, each ended by a newline except possibly the last of the log; UTF-8,
 *   with U+FFFD for what is not
 * @param onCut is told before the block of a line that was cut, which comes alone
 */
export function createLineBlocks(onBlock: (text: string) => void, onCut: () => void): LineBlocks {
  // A byte order mark must not vanish at the start of some blocks only, hence ignoreBOM (which keeps it).
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const held = new Uint8Array(LINE_LIMIT + 1);
  let heldLength = 0;
  let overlong = false;

  function hold(bytes: Uint8Array): void {
    const room = LINE_LIMIT - heldLength;
    if (bytes.length > room) overlong = true;
    held.set(bytes.length > room ? bytes.subarray(0, room) : bytes, heldLength);
    heldLength += Math.min(bytes.length, room);
  }

  function deliverHeld(ended: boolean): void {
    if (overlong) onCut();
    if (ended) held[heldLength++] = NEWLINE;
    onBlock(decoder.decode(held.subarray(0, heldLength)));
    heldLength = 0;
    overlong = false;
  }

  /** Holds the bytes up to the next newline; the index after it, or the chunk's length if there is none. */
  function holdLine(chunk: Uint8Array, from: number): number {
    const newline = chunk.indexOf(NEWLINE, from);
    hold(chunk.subarray(from, newline < 0 ? chunk.length : newline));
    if (newline < 0) return chunk.length;
    deliverHeld(true);
    return newline + 1;
  }

  function push(chunk: Uint8Array): void {
    let from = heldLength > 0 ? holdLine(chunk, 0) : 0;
    while (from < chunk.length) {
      const last = chunk.lastIndexOf(NEWLINE, Math.min(from + LINE_LIMIT, chunk.length - 1));
      if (last >= from) {
        onBlock(decoder.decode(chunk.subarray(from, last + 1)));
        from = last + 1;
      } else {
        from = holdLine(chunk, from);
      }
    }
  }

  return {
    push,
    end: () => {
      if (heldLength > 0) deliverHeld(false);
    },
  };
}
