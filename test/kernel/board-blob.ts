/** Changes a device-tree blob in place, so that a kernel without the machine boots with it. */

const HEADER = { structure: 8, strings: 12 } as const;
const TOKEN = { beginNode: 1, endNode: 2, property: 3, nop: 4, end: 9 } as const;

function padded(offset: number): number {
  return (offset + 3) & ~3;
}

/** The offset behind the NUL that ends a text. */
function behindText(blob: Buffer, offset: number): number {
  return blob.indexOf(0, offset) + 1;
}

/**
 * A copy in which memory nodes are none, as the memory of User-Mode Linux is its own, and, if asked for, properties about assigned clocks have
 * another name. The format is that of the Devicetree Specification v0.4, chapter 5; the blob has to be a sound one.
 */
export function hideProperties(blob: Uint8Array, hideAssignedClocks: boolean): Uint8Array {
  const copy = Buffer.from(blob);
  const strings = copy.readUInt32BE(HEADER.strings);
  let at = copy.readUInt32BE(HEADER.structure);
  for (;;) {
    const token = copy.readUInt32BE(at);
    at += 4;
    if (token === TOKEN.end) break;
    if (token === TOKEN.beginNode) at = padded(behindText(copy, at));
    if (token !== TOKEN.property) continue;
    const length = copy.readUInt32BE(at);
    const name = strings + copy.readUInt32BE(at + 4);
    at += 8;
    const key = copy.toString('latin1', name, behindText(copy, name) - 1);
    const value = copy.toString('latin1', at, at + length);
    if (key === 'device_type' && value === 'memory\0') copy.write('hidden', at, 'latin1');
    // The name stands once for all nodes that have the property.
    if (hideAssignedClocks && key.startsWith('assigned-clock')) copy.write('#', name, 'latin1');
    at = padded(at + length);
  }
  return copy;
}
