/** The links in sysfs between a channel and the client that asked for it by name. Follows drivers/dma/dmaengine.c of Linux 6.12. */
import type { DmaChannelId } from '../core/dma-engine.ts';
import { duplicateMessage } from '../core/sysfs-messages.ts';
import { type DeviceId, deviceMessage, kernelMessage, type World, warnOn } from '../core/world.ts';
import { folderOf } from '../probe/index.ts';
import { channelOf } from './engine-access.ts';

/** kobj.sd: the device is in sysfs, though its folder may have gone with that of a device above it. */
function isInSysfs(world: World, id: DeviceId): boolean {
  return world.devices[id]!.registered;
}

/** sysfs_create_link(): false where one of the two is not there, or the name is taken. */
function createLink(world: World, folder: DeviceId, target: DeviceId, name: string): boolean {
  const { slaveLinks } = world.dma;
  if (!isInSysfs(world, folder) || world.devices[folder]!.sysfsGone || !isInSysfs(world, target))
    return false;
  if (slaveLinks.some((link) => link.folder === folder && link.name === name)) {
    duplicateMessage(world, `${folderOf(world, folder)}/${name}`);
    return false;
  }
  slaveLinks.push({ folder, name });
  return true;
}

/** sysfs_remove_link(): what it finds under that name goes. The kernel warns where there is no folder. */
function removeLink(world: World, folder: DeviceId, name: string): void {
  const { slaveLinks } = world.dma;
  const at = slaveLinks.findIndex((link) => link.folder === folder && link.name === name);
  if (at >= 0) slaveLinks.splice(at, 1);
  if (isInSysfs(world, folder)) return;
  warnOn(world, true, 'fs/kernfs/dir.c:1684 kernfs_remove_by_name_ns');
  kernelMessage(world, `kernfs: can not remove '${name}', no directory`);
}

/** What dma_request_chan() notes on the channel that it grants: client, name, and two links. */
export function createChannelLinks(
  world: World,
  client: DeviceId,
  id: DmaChannelId,
  requested: string,
): void {
  const channel = channelOf(world, id);
  const name = `dma:${requested}`;
  channel.name = name;
  channel.slave = client;
  if (!createLink(world, channel.device, client, 'slave'))
    deviceMessage(world, client, 'Cannot create DMA slave symlink');
  if (!createLink(world, client, channel.device, name))
    deviceMessage(world, client, `Cannot create DMA ${name} symlink`);
}

/** What dma_release_channel() undoes of it. */
export function removeChannelLinks(world: World, id: DmaChannelId): void {
  const channel = channelOf(world, id);
  const { slave, name } = channel;
  if (slave < 0) return;
  removeLink(world, channel.device, 'slave');
  removeLink(world, slave, name!);
  channel.slave = -1;
  channel.name = undefined;
}
