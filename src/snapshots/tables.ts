/**
 * The tables of a snapshot: blocks that begin with a line `device PATH`, `link NAME` or `driver PATH`, and have a line `KEY VALUE` for
 * each attribute. Lines of any other form are passed over.
 */
import type { SystemDevice, SystemDriver, SystemLink } from '../core/system.ts';

/** No board has more devices than this. */
const BLOCK_LIMIT = 200_000;
/** No line of a snapshot is longer: a path of sysfs has 4096 bytes at most. */
const LINE_LIMIT = 10_000;

interface Block {
  readonly name: string;
  readonly attributes: Map<string, string>;
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const line = end < 0 ? text.slice(start) : text.slice(start, end);
    if (line.length <= LINE_LIMIT) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    if (end < 0) return;
    start = end + 1;
  }
}

function blocksOf(text: string, word: string): Block[] {
  const blocks: Block[] = [];
  for (const line of linesOf(text)) {
    const blank = line.indexOf(' ');
    if (blank <= 0) continue;
    const [key, value] = [line.slice(0, blank), line.slice(blank + 1)];
    if (key === word) {
      if (blocks.length === BLOCK_LIMIT) break;
      blocks.push({ name: value, attributes: new Map() });
    } else blocks.at(-1)?.attributes.set(key, value);
  }
  return blocks;
}

/** `KEY VALUE` lines of a text, the first of each key. */
export function keyValues(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of linesOf(text)) {
    const blank = line.indexOf(' ');
    if (blank > 0 && !values.has(line.slice(0, blank)))
      values.set(line.slice(0, blank), line.slice(blank + 1));
  }
  return values;
}

/** Numbers of files in sysfs by path (`ls -i`). */
export function readNumbers(text: string): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const line of linesOf(text)) {
    const match = /^\s*(\d{1,15}) ([/b].*)$/.exec(line);
    if (match === null) continue;
    // Packed from below another root, the path begins with that.
    const path = match[2]!;
    numbers.set(path.slice(Math.max(0, path.indexOf('/sys/'))), Number(match[1]));
  }
  return numbers;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `/sys/bus/platform/drivers/simple-pm-bus`: bus and name. A `/` in a driver's name is a `!` in sysfs. */
function driverOf(path: string | undefined): { bus: string; name: string } | undefined {
  const match = /\/bus\/([^/]+)\/drivers\/([^/]+)$/.exec(path ?? '');
  return match === null ? undefined : { bus: match[1]!, name: match[2]!.replaceAll('!', '/') };
}

/** Path of a node from where an `of_node` leads; `/` for the root. */
function nodeOf(path: string | undefined): string | null {
  const match = /\/devicetree\/base(\/.*)?$/.exec(path ?? '');
  return match === null ? null : (match[1] ?? '/');
}

function flagOf(value: string | undefined): boolean | null {
  return value === undefined ? null : value.trim() === '1';
}

/** devices.txt, with the numbers of their files. */
export function readDevices(text: string, numbers: ReadonlyMap<string, number>): SystemDevice[] {
  return blocksOf(text, 'device').map(({ name: path, attributes }) => {
    const name = lastPart(path).replaceAll('!', '/');
    const driver = driverOf(attributes.get('driver')) ?? null;
    const power = [...attributes].filter(([key]) => key.startsWith('power/'));
    return {
      id: `${lastPart(attributes.get('subsystem') ?? '')}:${name}`,
      name,
      path,
      node: nodeOf(attributes.get('of_node')),
      driver,
      waitingForSupplier: flagOf(attributes.get('waiting_for_supplier')),
      stateSynced: flagOf(attributes.get('state_synced')),
      power: Object.fromEntries(power.map(([key, value]) => [key.slice('power/'.length), value])),
      registered: numbers.get(`/sys/devices/${path}/uevent`) ?? null,
      bound: driver === null ? null : (numbers.get(`/sys/devices/${path}/driver`) ?? null),
    };
  });
}

/** The two ids of a link by its name: from 5.9 on with `--` between them, before with a `:` among others. */
function idsOfName(name: string): { supplier: string; consumer: string } | undefined {
  const at = name.indexOf('--');
  if (at > 0) return { supplier: name.slice(0, at), consumer: name.slice(at + 2) };
  return undefined;
}

/** devlinks.txt: the two devices by where the symbolic links lead, else by the name. */
export function readLinks(text: string, devices: readonly SystemDevice[]): SystemLink[] {
  const byPath = new Map(devices.map(({ path, id }) => [`/sys/devices/${path}`, id]));
  return blocksOf(text, 'link').flatMap(({ name, attributes }) => {
    const byName = idsOfName(name);
    const supplier = byPath.get(attributes.get('supplier') ?? '') ?? byName?.supplier;
    const consumer = byPath.get(attributes.get('consumer') ?? '') ?? byName?.consumer;
    if (supplier === undefined || consumer === undefined) return [];
    return [
      {
        supplier,
        consumer,
        status: attributes.get('status') ?? 'unknown',
        autoRemoveOn: attributes.get('auto_remove_on') ?? 'unknown',
        runtimePm: attributes.get('runtime_pm') === '1',
        syncStateOnly: attributes.get('sync_state_only') === '1',
      },
    ];
  });
}

/** drivers.txt, in the order of registration as far as it is known. */
export function readDrivers(text: string, numbers: ReadonlyMap<string, number>): SystemDriver[] {
  const drivers = blocksOf(text, 'driver').flatMap(({ name: path, attributes }) => {
    const driver = driverOf(path);
    const module = attributes.get('module');
    if (driver === undefined) return [];
    return [
      {
        ...driver,
        module: module === undefined ? null : lastPart(module),
        registered: numbers.get(path) ?? null,
      },
    ];
  });
  return drivers.sort((a, b) => (a.registered ?? Infinity) - (b.registered ?? Infinity) || 0);
}
