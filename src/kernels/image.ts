/**
 * Kernel images as they are installed: what kind a file is, the compressed kernel inside it, and the kernel as it lies in memory.
 */
import { InputError } from '../core/diagnostic.ts';
import type { ImageBase } from './pointers.ts';

export type Compression = 'gzip' | 'xz' | 'zstd' | 'lzma' | 'lz4' | 'lzo';

/** What a file turned out to be. */
export type KernelFile =
  /** The kernel itself. */
  | { readonly kind: 'kernel'; readonly kernel: KernelInMemory }
  /** A wrapper: `payload` has to be decompressed and looked at again. */
  | { readonly kind: 'compressed'; readonly compression: Compression; readonly payload: Uint8Array };

/** A kernel as it lies in memory once it is loaded. */
export interface KernelInMemory {
  readonly architecture: 'arm64' | 'arm' | 'riscv' | 'x86';
  readonly bytes: Uint8Array;
  /** The address of the first byte; undefined where the file does not tell. */
  readonly base: ImageBase | undefined;
}

const MAGICS: readonly { readonly compression: Compression; readonly magic: readonly number[] }[] = [
  { compression: 'gzip', magic: [0x1f, 0x8b, 0x08] },
  { compression: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { compression: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { compression: 'lzma', magic: [0x5d, 0x00, 0x00, 0x00] },
  { compression: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18] },
  { compression: 'lzo', magic: [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a] },
];

function startsWith(bytes: Uint8Array, at: number, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[at + index] === byte);
}

function textIs(bytes: Uint8Array, at: number, text: string): boolean {
  return startsWith(
    bytes,
    at,
    [...text].map((letter) => letter.charCodeAt(0)),
  );
}

function compressionAt(bytes: Uint8Array, at: number): Compression | undefined {
  return MAGICS.find(({ magic }) => startsWith(bytes, at, magic))?.compression;
}

/** A kernel that unpacks itself under EFI (CONFIG_EFI_ZBOOT): where its payload is stands in the header. */
function zboot(bytes: Uint8Array, view: DataView, input: string): KernelFile {
  const [offset, size] = [view.getUint32(8, true), view.getUint32(12, true)];
  const payload = bytes.subarray(offset, offset + size);
  const compression = compressionAt(payload, 0);
  if (payload.length < size || compression === undefined)
    throw new InputError(
      'kernel-image',
      { input, offset: 8 },
      'an EFI kernel image that is cut off or of an unknown compression',
    );
  return { kind: 'compressed', compression, payload };
}

/** The unpacking code holds the magic numbers too; a header goes on in a way of its own. */
function isHeader(bytes: Uint8Array, at: number, compression: Compression): boolean {
  // Stream flags, then a checksum that is not 0, then a block header of at least 8 bytes.
  if (compression === 'xz')
    return bytes[at + 6] === 0 && [1, 4, 10].includes(bytes[at + 7]!) && bytes[at + 12] !== 0;
  // No flags, no time, as the kernel's build calls gzip.
  if (compression === 'gzip') return startsWith(bytes, at + 3, [0, 0, 0, 0, 0]);
  return true;
}

/** A 32-bit ARM zImage: code that unpacks, with the compressed kernel somewhere behind it. */
function zImage(bytes: Uint8Array, input: string): KernelFile {
  for (const { compression, magic } of MAGICS) {
    if (compression === 'lzma') continue;
    for (let at = bytes.indexOf(magic[0]!, 0x30); at >= 0; at = bytes.indexOf(magic[0]!, at + 1)) {
      if (startsWith(bytes, at, magic) && isHeader(bytes, at, compression))
        return { kind: 'compressed', compression, payload: bytes.subarray(at) };
    }
  }
  throw new InputError(
    'kernel-image',
    { input },
    'a zImage without a compressed kernel that is known here',
    'hand in vmlinux',
  );
}

const MACHINES: Readonly<Record<number, KernelInMemory['architecture']>> = {
  183: 'arm64',
  40: 'arm',
  243: 'riscv',
  62: 'x86',
};

/** No kernel takes more memory. */
const MEMORY_LIMIT = 512 * 1024 * 1024;

interface Segment {
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
}

function loadSegments(view: DataView, is64: boolean, little: boolean): Segment[] {
  const table = is64 ? Number(view.getBigUint64(0x20, little)) : view.getUint32(0x1c, little);
  const entrySize = view.getUint16(is64 ? 0x36 : 0x2a, little);
  const count = view.getUint16(is64 ? 0x38 : 0x2c, little);
  return Array.from({ length: count }, (_, index) => table + index * entrySize)
    .filter((at) => view.getUint32(at, little) === 1)
    .map((at) =>
      is64
        ? {
            offset: Number(view.getBigUint64(at + 8, little)),
            address: view.getBigUint64(at + 16, little),
            size: Number(view.getBigUint64(at + 32, little)),
          }
        : {
            offset: view.getUint32(at + 4, little),
            address: BigInt(view.getUint32(at + 8, little)),
            size: view.getUint32(at + 16, little),
          },
    )
    .filter(({ address }) => address !== 0n);
}

/** vmlinux: its segments, laid out as they are loaded. */
function vmlinux(bytes: Uint8Array, view: DataView, input: string): KernelInMemory {
  const little = bytes[5] !== 2;
  const architecture = MACHINES[view.getUint16(0x12, little)];
  if (architecture === undefined || !little)
    throw new InputError(
      'kernel-image',
      { input },
      'a kernel for a machine without device tree here',
      'hand in one for arm64, arm or riscv',
    );
  const segments = loadSegments(view, bytes[4] === 2, little);
  const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b));
  const start = segments.map(({ address }) => address).sort(ascending)[0] ?? 0n;
  const end =
    segments
      .map(({ address, size }) => address + BigInt(size))
      .sort(ascending)
      .at(-1) ?? 0n;
  if (segments.length === 0 || end - start > BigInt(MEMORY_LIMIT))
    throw new InputError(
      'kernel-image',
      { input },
      'an ELF file that is no kernel: nothing to load, or more than fits',
    );
  const memory = new Uint8Array(Number(end - start));
  for (const { offset, address, size } of segments) {
    if (offset + size > bytes.length)
      throw new InputError('kernel-image', { input }, 'an ELF file that is cut off');
    memory.set(bytes.subarray(offset, offset + size), Number(address - start));
  }
  return {
    architecture,
    bytes: memory,
    base: { high: Number(start >> 32n), low: Number(start & 0xffffffffn) },
  };
}

/** Zeroed memory behind the image counts in its size (image_size) and is at most this part of it; a file that lacks more is cut off. */
const LARGEST_BSS = 0.25;

function whole(bytes: Uint8Array, view: DataView, input: string): Uint8Array {
  const size = Number(view.getBigUint64(16, true));
  if (size <= MEMORY_LIMIT && bytes.length < size * (1 - LARGEST_BSS))
    throw new InputError(
      'kernel-image',
      { input, offset: bytes.length },
      `an image that is cut off: ${bytes.length} bytes of ${size}`,
    );
  return bytes;
}

/**
 * What a file is: a kernel (arm64 or RISC-V Image, vmlinux), or something around one (gzip, xz, zstd; EFI zboot; ARM zImage) that has
 * to be decompressed first. Throws InputError for anything else.
 */
export function recognizeKernel(bytes: Uint8Array, input: string): KernelFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 0x40) throw new InputError('kernel-image', { input }, 'too short for a kernel image');
  try {
    if (view.getUint32(0) === 0x7f454c46) return { kind: 'kernel', kernel: vmlinux(bytes, view, input) };
    if (textIs(bytes, 4, 'zimg')) return zboot(bytes, view, input);
    if (textIs(bytes, 0x38, 'ARM\x64')) return inMemory('arm64', whole(bytes, view, input));
    if (textIs(bytes, 0x38, 'RSC\x05')) return inMemory('riscv', whole(bytes, view, input));
    if (view.getUint32(0x24, true) === 0x016f2818) return zImage(bytes, input);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError('kernel-image', { input }, 'a kernel image that is cut off or damaged');
  }
  const compression = compressionAt(bytes, 0);
  if (compression !== undefined) return { kind: 'compressed', compression, payload: bytes };
  throw new InputError(
    'kernel-image',
    { input },
    'no kernel image that is known here',
    'hand in Image, Image.gz, zImage, an EFI vmlinuz or vmlinux of an arm64, arm or riscv kernel',
  );
}

function inMemory(architecture: 'arm64' | 'riscv', bytes: Uint8Array): KernelFile {
  // Pointers of 64 bits stand at multiples of 8 only if the image does.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  return { kind: 'kernel', kernel: { architecture, bytes: aligned, base: undefined } };
}

/** A raw 32-bit kernel, as it comes out of a zImage. */
export function kernelOfZImage(bytes: Uint8Array): KernelInMemory {
  return { architecture: 'arm', bytes: bytes.byteOffset % 4 === 0 ? bytes : bytes.slice(), base: undefined };
}

/** Where 64-bit kernels are linked: arm64 with 48 or more, and with 39 bits of addresses, since 6.5, since 5.7 and before; RISC-V. */
const BASES: Readonly<Partial<Record<KernelInMemory['architecture'], readonly ImageBase[]>>> = {
  arm64: [0xffff8000, 0xffffffc0].flatMap((high) =>
    [0x80000000, 0x08000000, 0x10000000].map((low) => ({ high, low })),
  ),
  riscv: [{ high: 0xffffffff, low: 0x80000000 }],
};
/** An image in which fewer words are addresses of its own is linked elsewhere. */
const FEWEST_ADDRESSES = 1000;

/** The address at which a 64-bit image is linked: the one that most of its words agree with; undefined if hardly any do. */
export function findBase({ architecture, bytes, base }: KernelInMemory): ImageBase | undefined {
  if (base !== undefined) return base;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // text_offset of the image's header, not 0 before 5.8.
  const textOffset = view.getUint32(8, true);
  const candidates = (BASES[architecture] ?? []).map(({ high, low }) => ({
    high,
    low: architecture === 'arm64' ? low + textOffset : low,
    count: 0,
  }));
  for (let at = 0; at + 8 <= view.byteLength; at += 8) {
    const high = view.getUint32(at + 4, true);
    if (high < 0xffff8000) continue;
    const word = view.getUint32(at, true);
    for (const candidate of candidates) {
      if (candidate.high === high && word >= candidate.low && word - candidate.low < view.byteLength)
        candidate.count++;
    }
  }
  const best = candidates.reduce((a, b) => (b.count > a.count ? b : a));
  return best.count < FEWEST_ADDRESSES ? undefined : { high: best.high, low: best.low };
}
