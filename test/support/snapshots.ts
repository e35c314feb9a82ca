/** Snapshots that tests ask: one of a booted system, and one made of the recorded Raspberry Pi in ../shared/data. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readFdt } from '../../src/boards/fdt.ts';
import { unpackSnapshot } from '../../src/snapshots/index.ts';
import { sharedPath } from './shared-data.ts';
import { type TarEntry, tarArchive } from './tar-writer.ts';

/** A snapshot of a booted system; examples/snapshots/README.md says of which and how it was made. */
export const BENCH = 'bench-board.tar.gz';

export function benchSnapshot(): Uint8Array {
  return readFileSync(fileURLToPath(new URL(`../../examples/snapshots/${BENCH}`, import.meta.url)));
}

/** The files of the snapshot as an unpacked one in the folder `bench`, for a test to change. */
export async function unpackedBench(): Promise<Record<string, Uint8Array | string>> {
  const files = await unpackSnapshot(benchSnapshot(), BENCH);
  return Object.fromEntries([...files].map(([name, data]) => [`bench/${name}`, data]));
}

/** Without the blob and with the tree as folders, as another user than root finds it. */
export async function benchWithoutRoot(): Promise<Record<string, Uint8Array | string>> {
  const files = await unpackedBench();
  const blob = files['bench/sys/firmware/fdt'] as Uint8Array;
  const entries: TarEntry[] = [];
  const numbers: string[] = [];
  for (const { path, properties } of readFdt(blob, BENCH).nodes) {
    const folder = `base${path === '/' ? '' : path}`;
    numbers.push(`${numbers.length} ${folder}`);
    for (const { name, offset, length } of properties) {
      numbers.push(`${numbers.length} ${folder}/${name}`);
      entries.push(
        { name: 'long', type: 'L', data: `${folder}/${name}` },
        { name: 'short', data: blob.subarray(offset, offset + length) },
      );
    }
  }
  delete files['bench/sys/firmware/fdt'];
  files['bench/devicetree.tar'] = tarArchive(entries);
  files['bench/devicetree-numbers.txt'] = `${numbers.toReversed().join('\n')}\n`;
  return files;
}

/** The recorded Raspberry Pi (../shared/data/rpi3b) as files of an unpacked snapshot in the folder `pi`. */
export function recordedPi(): Record<string, string | Uint8Array> {
  const read = (name: string) => readFileSync(sharedPath(`rpi3b/${name}`));
  const lines = (name: string) =>
    read(name)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  const links = lines('devlinks.txt').map((line) => line.split(' '));
  // The recording has no buses but in the names of links; what hangs directly below the platform bus is on it.
  const busOf = new Map<string, string>();
  for (const [name, supplier, consumer] of links) {
    const [first, second] = name!.split('--').map((id) => id.slice(0, id.indexOf(':')));
    busOf.set(supplier!, first!);
    busOf.set(consumer!, second!);
  }
  const devices = lines('devices.txt').map((line) => {
    const [path, status, usage, control, async, node, driver = ''] = line.split(' ');
    const isMade = node!.startsWith('/') && /^platform(\/soc)?\/[^/]+$/.test(path!);
    const bus = busOf.get(path!) ?? (isMade ? 'platform' : 'other');
    return [
      `device ${path}`,
      `subsystem /sys/bus/${bus}`,
      ...(driver === '' ? [] : [`driver /sys/bus/${bus}/drivers/${driver}`]),
      ...(node!.startsWith('/') ? [`of_node /sys/firmware/devicetree/base${node}`] : []),
      `power/runtime_status ${status}`,
      `power/runtime_usage ${usage}`,
      `power/control ${control}`,
      `power/async ${async}`,
    ].join('\n');
  });
  // The log tells the orders that a running system tells by the numbers of its files.
  const numbers: string[] = [];
  const drivers: string[] = [];
  for (const [index, line] of lines('boot.dmesg').entries()) {
    const added = /device: '([^']+)': device_add/.exec(line)?.[1];
    const path = lines('devices.txt')
      .find((row) => row.split(' ')[0]!.endsWith(`/${added}`))
      ?.split(' ')[0];
    if (path !== undefined) numbers.push(`${index} /sys/devices/${path}/uevent`);
    const driver = /bus: '(\w+)': \w+: matched device with driver (\S+)/.exec(line);
    const folder = driver && `/sys/bus/${driver[1]}/drivers/${driver[2]}`;
    if (folder === null || drivers.includes(`driver ${folder}`)) continue;
    drivers.push(`driver ${folder}`);
    numbers.push(`${index} ${folder}`);
  }
  const devlinks = links.map(([name, supplier, consumer, ...state]) => {
    const [status, runtimePm, autoRemoveOn, syncStateOnly] = state.join(' ').split(' | ');
    return [
      `link ${name}`,
      `supplier /sys/devices/${supplier}`,
      `consumer /sys/devices/${consumer}`,
      `status ${status}`,
      `runtime_pm ${runtimePm}`,
      `auto_remove_on ${autoRemoveOn}`,
      `sync_state_only ${syncStateOnly}`,
    ].join('\n');
  });
  return {
    'pi/snapshot.txt': 'devgraph-snapshot 1\nrelease 6.12.117+deb12-arm64\nmachine aarch64\n',
    'pi/sys/firmware/fdt': read('bcm2837-rpi-3-b.dtb'),
    'pi/proc/uptime': '300.00 1.00\n',
    'pi/devices.txt': `${devices.join('\n')}\n`,
    'pi/drivers.txt': `${drivers.join('\n')}\n`,
    'pi/numbers.txt': `${numbers.join('\n')}\n`,
    'pi/devlinks.txt': `${devlinks.join('\n')}\n`,
    'pi/sys/kernel/debug/devices_deferred': read('devices_deferred'),
    'pi/dmesg': read('boot.dmesg'),
  };
}
