/** Snapshots of running systems: the script that makes one, and its reader. */
export { isGzip, looksPacked } from './packed.ts';
export { SNAPSHOT_SCRIPT } from './script.ts';
export {
  readSnapshot,
  SNAPSHOT_MARK,
  type SnapshotFiles,
  snapshotPaths,
  snapshotRelease,
  snapshotTree,
  unpackSnapshot,
} from './snapshot.ts';
