/**
 * A decoded tree as lines of text, a node on each: its path, then its properties in order, as `name`, `name="text"`,
 * `name=<cells>` or `name=[bytes]`.
 */
import { bytesOf, type Fdt, type FdtProperty } from '../../src/boards/fdt.ts';

function valueText(property: FdtProperty): string {
  const bytes = Buffer.from(bytesOf(property));
  const text = bytes.toString('latin1');
  if (bytes.length === 0) return '';
  if (/^[ -~]+\0$/.test(text)) return `="${text.slice(0, -1)}"`;
  if (bytes.length % 4 !== 0) return `=[${bytes.toString('hex')}]`;
  const cells = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4));
  return `=<${cells.join(' ')}>`;
}

export function outline({ nodes }: Fdt): string[] {
  return nodes.map(({ path, properties }) =>
    [path, ...properties.map((property) => `${property.name}${valueText(property)}`)].join(' '),
  );
}
