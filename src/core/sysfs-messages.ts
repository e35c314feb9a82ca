/** What sysfs and kobject_add() say about a name that exists. */
import { kernelMessage, type World } from './world.ts';

/** sysfs_warn_dup(). */
export function duplicateMessage(world: World, path: string): void {
  kernelMessage(world, `sysfs: cannot create duplicate filename '${path}'`);
}

/** kobject_add() of a name that its folder has: `path` is that of the entry. */
export function nameExistsMessages(world: World, path: string, name: string): void {
  duplicateMessage(world, path);
  kernelMessage(
    world,
    `kobject: kobject_add_internal failed for ${name} with -EEXIST, don't try to register things with the same name in the same directory.`,
  );
}
