/** Names of devices (drivers/of/device.c:of_device_make_bus_id) and the addresses in them (drivers/of/address.c). */
import { describe, expect, it } from 'vitest';
import { readDeviceTree } from '../../src/boards/index.ts';
import { type NodeDescription, node, type PropertyValue, tree } from '../support/fdt-writer.ts';

const ONE_CELL = { '#address-cells': 1, '#size-cells': 1 };
const TWO_CELLS = { '#address-cells': 2, '#size-cells': 2 };
type Cells = Record<string, PropertyValue>;

/** Name of the device that the node at `path` becomes. */
function nameAt(
  path: string,
  children: readonly NodeDescription[],
  root: Cells = ONE_CELL,
): string | undefined {
  return readDeviceTree(tree(root, children)).nodes.find((entry) => entry.path === path)!.deviceName;
}

/** A device with this address below a bus with these properties. */
function nameBelow(
  bus: Cells,
  reg: readonly number[],
  root: Cells = ONE_CELL,
  busName = 'bus',
): string | undefined {
  const device = node('dev@1', { compatible: 'x', reg });
  return nameAt(`/${busName}/dev@1`, [node(busName, bus, [device])], root);
}

describe('a device with an address', () => {
  it('below the root has that address, in hexadecimal, and its name without unit address', () => {
    expect(nameAt('/dma@ABC', [node('dma@ABC', { compatible: 'x', reg: [0xabc, 4] })])).toBe('abc.dma');
    expect(nameAt('/a', [node('a', { compatible: 'x', reg: [0, 0] })])).toBe('0.a');
  });

  it('below a bus has the address that the bus translates it to', () => {
    const serial = node('serial@7e201000', { compatible: 'x', reg: [0x7e201000, 0x200] });
    const soc = node('soc', { ...ONE_CELL, ranges: [0x7e000000, 0xfe000000, 0x1800000] }, [serial]);
    expect(nameAt('/soc/serial@7e201000', [soc])).toBe('fe201000.serial');
  });

  it('is found in the first range that covers it', () => {
    const ranges = [0x100, 0x5000, 0x10, 0x200, 0x6000, 0x10, 0x200, 0x7000, 0x10];
    expect(nameBelow({ ...ONE_CELL, ranges }, [0x20f, 1])).toBe('600f.dev');
    expect(nameBelow({ ...ONE_CELL, ranges }, [0x100, 1])).toBe('5000.dev');
  });

  it('may be as long as 64 bits', () => {
    const ranges = [1, 2, 0xabcdef01, 0x10, 0, 0x1000];
    expect(nameBelow({ ...TWO_CELLS, ranges }, [1, 0x12, 0, 1], TWO_CELLS)).toBe('abcdef0100000020.dev');
    expect(nameBelow({ ...TWO_CELLS, ranges }, [1, 1, 0, 1], TWO_CELLS)).toBe('bus:dev@1');
  });

  it('goes through empty ranges as it is', () => {
    expect(nameBelow({ ...ONE_CELL, ranges: true }, [0x30, 4])).toBe('30.dev');
    expect(nameBelow({ ...TWO_CELLS, ranges: true }, [1, 2, 0, 4], TWO_CELLS)).toBe('100000002.dev');
  });

  it('through empty ranges into a bus with fewer cells keeps what fits', () => {
    expect(nameBelow({ ...TWO_CELLS, ranges: true }, [1, 2, 0, 4], ONE_CELL)).toBe('2.dev');
  });

  it('takes the cells of its bus from above where the bus does not say', () => {
    expect(nameBelow({ ranges: true }, [0x1, 0x2, 0, 4], TWO_CELLS)).toBe('100000002.dev');
  });

  it('has one address cell and one size cell where nobody says', () => {
    expect(nameAt('/a@5', [node('a@5', { compatible: 'x', reg: [5, 1] })], {})).toBe('5.a');
  });

  it('has the lowest bit of a mask between address and name', () => {
    const masked = (mask: number) => nameAt('/a', [node('a', { compatible: 'x', reg: [0x10, 4], mask })]);
    expect([masked(0x8), masked(0x80000000), masked(0x0c00)]).toEqual(['10.3.a', '10.1f.a', '10.a.a']);
  });

  it('has a mask without a bit as the kernel prints -1', () => {
    expect(nameAt('/a', [node('a', { compatible: 'x', reg: [0x10, 4], mask: 0 })])).toBe('10.ffffffff.a');
  });
});

describe('a device whose address no CPU has', () => {
  const child = (properties: Cells) => node('dev@1', { compatible: 'x', reg: [1, 1], ...properties });

  it('is named after its path, up to the first node with an address', () => {
    const reboot = node('reboot@4', { compatible: 'x', reg: [4, 1] });
    expect(
      nameAt('/syscon@10020000/reboot@4', [node('syscon@10020000', { reg: [0x10020000, 4] }, [reboot])]),
    ).toBe('10020000.syscon:reboot@4');
    expect(nameAt('/soc/leds', [node('soc', {}, [node('leds', { compatible: 'x' })])])).toBe('soc:leds');
    expect(nameAt('/leds', [node('leds', { compatible: 'x' })])).toBe('leds');
    expect(nameAt('/a/b@1/c', [node('a', {}, [node('b@1', {}, [node('c', { compatible: 'x' })])])])).toBe(
      'a:b@1:c',
    );
  });

  it('lies on a bus without ranges', () => {
    expect(nameBelow(ONE_CELL, [1, 1])).toBe('bus:dev@1');
  });

  it('lies outside all ranges', () => {
    expect(nameBelow({ ...ONE_CELL, ranges: [0, 0, 0x10] }, [0x10, 1])).toBe('bus:dev@1');
    expect(nameBelow({ ...ONE_CELL, ranges: [0x20, 0, 0x10] }, [0x1f, 1])).toBe('bus:dev@1');
  });

  it('lies in a range that is cut off', () => {
    expect(nameBelow({ ...ONE_CELL, ranges: [0, 0] }, [1, 1])).toBe('bus:dev@1');
  });

  it('lies in a range that ends past 64 bits', () => {
    const ranges = [0xffffffff, 0xfffffff0, 0, 0, 0, 0x20];
    expect(nameBelow({ ...TWO_CELLS, ranges }, [0xffffffff, 0xfffffff8, 0, 1], TWO_CELLS)).toBe('bus:dev@1');
  });

  it('is the one address that stands for none', () => {
    expect(
      nameAt('/dev@1', [node('dev@1', { compatible: 'x', reg: [0xffffffff, 0xffffffff] })], TWO_CELLS),
    ).toBe('dev@1');
  });

  it('has no size, as on I2C', () => {
    const i2c = node('i2c@100', { reg: [0x100, 4], '#address-cells': 1, '#size-cells': 0, ranges: true }, [
      child({}),
    ]);
    expect(nameAt('/i2c@100/dev@1', [i2c])).toBe('100.i2c:dev@1');
  });

  it.each([
    [0, 1],
    [5, 1],
    [1, 0],
    [1, 0x80000000],
  ])('lies on a bus of %i address cells and %i size cells', (address, size) => {
    const cells = { '#address-cells': address, '#size-cells': size, ranges: true as const };
    expect(nameBelow(cells, [1, 2, 3, 4, 5, 6])).toBe('bus:dev@1');
  });

  it('lies below a bus whose own parent has bad cells', () => {
    const root = { '#address-cells': 1, '#size-cells': 0 };
    expect(nameBelow({ ...ONE_CELL, ranges: true }, [1, 1], root)).toBe('bus:dev@1');
  });

  it('has a reg that is too short', () => {
    expect(nameAt('/dev@1', [node('dev@1', { compatible: 'x', reg: new Uint8Array(3) })])).toBe('dev@1');
    expect(nameAt('/dev@1', [node('dev@1', { compatible: 'x', reg: 1 })], TWO_CELLS)).toBe('dev@1');
  });
});

describe('a device on a bus whose addresses have flags', () => {
  const PCI_MEMORY = 0x02000000;
  const PCI_IO = 0x01000000;
  const pci = { device_type: 'pci', '#address-cells': 3, '#size-cells': 2 };

  it('is translated by ranges of its own PCI space', () => {
    const ranges = [PCI_IO, 0, 0, 0xa0000000, 0, 0x10000, PCI_MEMORY, 0, 0, 0xb0000000, 0, 0x10000];
    expect(nameBelow({ ...pci, ranges }, [PCI_MEMORY, 0, 0x100, 0, 4])).toBe('b0000100.dev');
    expect(nameBelow({ ...pci, ranges }, [PCI_IO, 0, 0x100, 0, 4])).toBe('a0000100.dev');
    expect(nameBelow({ ...pci, ranges }, [0, 0, 0x100, 0, 4])).toBe('bus:dev@1');
  });

  it('is on PCI where the bus is called pcie, and always has three address cells there', () => {
    const ranges = [PCI_MEMORY, 0, 0, 0xb0000000, 0, 0x10000];
    expect(nameBelow({ ...ONE_CELL, ranges }, [PCI_MEMORY, 0, 0x100, 0, 4], ONE_CELL, 'pcie@0')).toBe(
      'b0000100.dev',
    );
  });

  it('on ISA has an I/O bit that must agree', () => {
    const ranges = [1, 0, 0x1000, 0x100];
    expect(nameBelow({ ranges }, [1, 0x20, 1], ONE_CELL, 'isa')).toBe('1020.dev');
    expect(nameBelow({ ranges }, [0, 0x20, 1], ONE_CELL, 'isa')).toBe('isa:dev@1');
  });

  it('on another bus with three address cells has flags that must be the same', () => {
    const bus = { '#address-cells': 3, '#size-cells': 1, ranges: [7, 0, 0, 0x1000, 0x100] };
    expect(nameBelow(bus, [7, 0, 0x20, 1])).toBe('1020.dev');
    expect(nameBelow(bus, [6, 0, 0x20, 1])).toBe('bus:dev@1');
  });
});

describe('an AMBA device', () => {
  const usable = (properties: Cells, root: Cells = ONE_CELL): boolean =>
    readDeviceTree(
      tree(root, [node('pl011@10', { compatible: ['arm,pl011', 'ARM,PrimeCell'], ...properties })]),
    ).nodes[1]!.hasResource;

  it('needs a whole first address and size', () => {
    expect(usable({ reg: [0x10, 4] })).toBe(true);
    expect(usable({ reg: 0x10 })).toBe(false);
    expect(usable({})).toBe(false);
  });

  it('needs an address that the CPU has', () => {
    expect(usable({ reg: 0x10 }, { '#address-cells': 1, '#size-cells': 0 })).toBe(false);
  });

  it('needs a region that ends within 64 bits', () => {
    expect(usable({ reg: [0xffffffff, 0, 0, 0xffffffff] }, TWO_CELLS)).toBe(true);
    expect(usable({ reg: [0xffffffff, 0, 1, 1] }, TWO_CELLS)).toBe(false);
  });
});
