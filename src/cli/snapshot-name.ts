/** Which inputs are snapshots, by their names. */
import type { Io } from './io.ts';

/** The file by which a folder is known as an unpacked snapshot (SNAPSHOT_MARK of snapshots/). */
const MARK = 'snapshot.txt';

/** Whether a name is an unpacked snapshot. */
export function isSnapshotFolder(name: string, io: Io): boolean {
  return name !== '-' && io.exists(`${name}/${MARK}`);
}

/** Whether an operand names a snapshot by its form: for verbs that take logs too. */
export function isSnapshotName(name: string, io: Io): boolean {
  return /\.(tar|tgz|tar\.gz)$/.test(name) || isSnapshotFolder(name, io);
}
