/** A tar archive by hand, entry by entry, so that a test can make one that no tar program would. */
export interface TarEntry {
  readonly name: string;
  readonly data?: string | Uint8Array;
  /** Default '0', a regular file. */
  readonly type?: string;
  /** What the header says; default the length of the data. */
  readonly size?: number | Uint8Array;
  readonly prefix?: string;
}

function field(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(new TextEncoder().encode(text).subarray(0, length));
  return bytes;
}

/** One entry: its header, its data, and what fills the last block. */
export function tarEntry({ name, data = '', type = '0', size, prefix = '' }: TarEntry): Uint8Array {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const header = new Uint8Array(512);
  header.set(field(name, 100), 0);
  for (const at of [100, 108, 116]) header.set(field('0000644\0', 8), at);
  const declared = size ?? bytes.length;
  header.set(
    typeof declared === 'number' ? field(`${declared.toString(8).padStart(11, '0')}\0`, 12) : declared,
    124,
  );
  header.set(field('00000000000\0', 12), 136);
  header.set(field('        ', 8), 148);
  header.set(field(type, 1), 156);
  header.set(field('ustar\x0000', 8), 257);
  header.set(field(prefix, 155), 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(field(`${sum.toString(8).padStart(6, '0')}\0 `, 8), 148);
  const whole = new Uint8Array(512 + Math.ceil(bytes.length / 512) * 512);
  whole.set(header);
  whole.set(bytes, 512);
  return whole;
}

/** An archive of these entries, with the two empty blocks at its end. */
export function tarArchive(entries: readonly TarEntry[]): Uint8Array {
  const parts = [...entries.map(tarEntry), new Uint8Array(1024)];
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
