/** Folders that look like /sys, /proc and /lib of a running system, for the script that packs one; and the script, run on them. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { SNAPSHOT_SCRIPT } from '../../src/snapshots/index.ts';

export interface FakeDevice {
  /** Below /sys/devices. */
  readonly path: string;
  readonly bus?: string;
  readonly driver?: string;
  /** Path of its node. */
  readonly node?: string;
  /** Further files, as `power/control`. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface FakeLink {
  readonly name: string;
  /** Paths of the devices below /sys/devices. */
  readonly supplier: string;
  readonly consumer: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface FakeSystem {
  readonly devices: readonly FakeDevice[];
  readonly links?: readonly FakeLink[];
  /** Whole files by absolute path; a value of `null` makes a folder, which no one can read as a file. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  /** What dmesg prints; without it dmesg fails. */
  readonly dmesg?: string;
}

function write(root: string, path: string, data: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), data);
}

function link(root: string, path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  mkdirSync(join(root, target), { recursive: true });
  symlinkSync(relative(dirname(join(root, path)), join(root, target)), join(root, path));
}

/** Lays a system into an empty folder, and programs beside it that say what the system's would. */
export function layFakeSystem(folder: string, system: FakeSystem): void {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'sys/devices'), { recursive: true });
  for (const { path, bus, driver, node, attributes = {} } of system.devices) {
    const device = `sys/devices/${path}`;
    write(root, `${device}/uevent`, '');
    mkdirSync(join(root, device, 'power'), { recursive: true });
    for (const [name, value] of Object.entries(attributes)) write(root, `${device}/${name}`, `${value}\n`);
    if (bus !== undefined) link(root, `${device}/subsystem`, `sys/bus/${bus}`);
    if (driver !== undefined) link(root, `${device}/driver`, `sys/bus/${bus}/drivers/${driver}`);
    if (node !== undefined) link(root, `${device}/of_node`, `sys/firmware/devicetree/base${node}`);
  }
  for (const { name, supplier, consumer, attributes } of system.links ?? []) {
    const folderOfLink = `sys/class/devlink/${name}`;
    for (const [key, value] of Object.entries(attributes))
      write(root, `${folderOfLink}/${key}`, `${value}\n`);
    link(root, `${folderOfLink}/supplier`, `sys/devices/${supplier}`);
    link(root, `${folderOfLink}/consumer`, `sys/devices/${consumer}`);
  }
  for (const [path, data] of Object.entries(system.files ?? {})) {
    if (data === null) mkdirSync(join(root, path), { recursive: true });
    else write(root, path, data);
  }
  const program = (name: string, text: string) => {
    write(folder, `bin/${name}`, `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  };
  program('uname', 'case $1 in -r) echo 6.12.0-fake ;; -m) echo aarch64 ;; *) echo Linux fake ;; esac');
  if (system.dmesg === undefined) program('dmesg', 'exit 1');
  else {
    write(folder, 'log', system.dmesg);
    program('dmesg', `cat '${join(folder, 'log')}'`);
  }
  write(folder, 'snapshot.sh', SNAPSHOT_SCRIPT);
}

/** Runs the script on a laid system, through a pipe as ssh does; `shell` is as `dash` or `busybox ash`. */
export function packFakeSystem(folder: string, shell = 'sh'): Uint8Array {
  const [program, ...options] = shell.split(' ');
  return execFileSync(program!, options, {
    input: readFileSync(join(folder, 'snapshot.sh')),
    env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, DEVGRAPH_ROOT: join(folder, 'root') },
    stdio: ['pipe', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
    cwd: folder,
  });
}

/** Every file and folder below a folder. */
export function allFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
