import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readDeviceTree } from '../../src/boards/index.ts';
import { deviceId, linkOf } from '../../src/core/index.ts';
import { bootBoard } from '../../src/probe/index.ts';
import { describeWithSharedData, sharedPath } from '../support/shared-data.ts';

describeWithSharedData(
  'a Raspberry Pi 3 booting Debian arm64',
  ['rpi3b/boot.dmesg', 'rpi3b/bcm2837-rpi-3-b.dtb'],
  () => {
    it('adds the same 61 devices and links from the tree, in the order of its kernel log', () => {
      const log = readFileSync(sharedPath('rpi3b/boot.dmesg'), 'latin1');
      const added = [...log.matchAll(/device: '([^']+)': device_add/g)].map((match) => match[1]!);
      const recorded = added.slice(added.indexOf('soc'), added.indexOf('wifi-pwrseq') + 2);
      const world = bootBoard(readDeviceTree(readFileSync(sharedPath('rpi3b/bcm2837-rpi-3-b.dtb'))), {
        environment: 'arm64',
      });
      const modelled = world.events.flatMap((event) => {
        if (event.kind === 'device-add') return [world.devices[event.device]!.name];
        if (event.kind !== 'link-add') return [];
        const { supplier, consumer } = linkOf(world, event.link);
        return [`${deviceId(world.devices[supplier]!)}--${deviceId(world.devices[consumer]!)}`];
      });
      expect(recorded).toHaveLength(61);
      expect(modelled.slice(modelled.indexOf('soc'), modelled.indexOf('wifi-pwrseq') + 2)).toEqual(recorded);
    });
  },
);
