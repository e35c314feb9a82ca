/** Rules of adding, matching, probing, deferring and unbinding (drivers/base/core.c, drivers/base/dd.c). */
import { inFile, notModelled, type Sheet } from './rule.ts';

const add = inFile('probe/device-add.ts');
const attach = inFile('probe/attach.ts');
const behaviour = inFile('probe/behaviour.ts');
const deferred = inFile('probe/deferred.ts');
const list = inFile('core/deferred-list.ts');
const probe = inFile('probe/really-probe.ts');
const unbind = inFile('probe/unbind.ts');

export const PROBE: Sheet = {
  title: 'Probing',
  sections: [
    {
      title: 'Adding a device',
      rules: [
        add(
          'it enters devices_kset last',
          '«append(world.devicesKset, id);»\n  if (bus',
          'insertAfter(world.devicesKset, id, -1);',
        ),
        add('a name that exists is -EEXIST', 'taken !== undefined', 'false'),
        add('it enters its bus last', 'if (bus >= 0) appendId(world.busDevices, bus, id);', ''),
        add('it enters dpm_list last', 'devicePmAdd(world, id);', ''),
        add('then it is ready to probe', 'device.readyToProbe = true;', ''),
        add('and has its first attempt', 'yield* busProbeDevice(world, id);', ''),
        notModelled('notifiers and uevents tell of it', 'nothing in the model listens'),
      ],
    },
    {
      title: 'Removing a device',
      rules: [
        add('it is dead from then on', 'device.dead = true;', ''),
        add('its driver is unbound', 'yield* deviceReleaseDriver(world, id);', ''),
        add('its children stay, it leaves its parent', '«leaveParent(world, id);»\n  const bus', ''),
        add('waiters of system sleep go on', 'completeAll(world, id);', ''),
        add('runtime PM ends', 'yield* pmRuntimeRemove(world, id);', ''),
        add('it leaves the deferred lists', 'driverDeferredProbeDelete(world, id);', ''),
        add('all its links go', 'deviceLinksPurge(world, id);', ''),
        add('it wakes the system no more', 'yield* deviceWakeupDisable(world, id);', ''),
      ],
    },
    {
      title: 'Attaching a device',
      rules: [
        attach('a dead one is left alone', 'if («device.dead») {', 'false'),
        attach(
          'a driver that stands in it is bound without a probe',
          'if (!device.bound) yield* deviceBindDriver(world, id);',
          '',
        ),
        attach(
          'the parent is resumed',
          '«if (device.parent >= 0) yield* pmRuntimeGetSync(world, device.parent);»\n    const offered',
          'if (device.parent >= 0) world.devices[device.parent]!.power.usageCount++;',
        ),
        attach(
          'drivers are asked in the order in which they came',
          'if (result <= 0) return { result: result === 0 ? 1 : result, asyncSeen };',
          'if (result < 0) return { result, asyncSeen };',
        ),
        attach(
          'a refusal of the core ends it',
          'if (result <= 0) return { result: result === 0 ? 1 : result, asyncSeen };',
          'if (result === 0) return { result: 1, asyncSeen };',
        ),
        attach(
          'asynchronous drivers are asked later',
          "if (pass !== 'all' && isAsync !== (pass === 'asynchronous')) continue;",
          '',
        ),
        attach('if nobody bound it, by a worker', 'result === 0 && allowAsync && offered.asyncSeen', 'false'),
        attach('else it may go idle', 'if (!schedule) rpmIdleAsync(world, id);', ''),
        attach(
          'sysfs attaches with all drivers at once',
          'return yield* deviceAttachInner(world, id, false);',
          'return yield* deviceAttachInner(world, id, true);',
        ),
        notModelled('a bus can ask for no probes of its own', 'drivers_autoprobe is on'),
        notModelled('a match can say that it cannot tell yet', 'no bus of the model does'),
      ],
    },
    {
      title: 'Attaching a driver',
      rules: [
        attach(
          'all devices of the bus are offered, in the order in which they came',
          'yield* driverAttachDevice(world, device, id);',
          '',
        ),
        attach(
          'an asynchronous one probes by a worker for each device',
          'if («candidate.asyncProbe») {',
          'false',
        ),
        attach(
          'if that has no driver and no worker yet',
          'device.driver < 0 && device.asyncDriver < 0',
          'true',
        ),
      ],
    },
    {
      title: 'A probe',
      rules: [
        probe('a dead device is -ENODEV', 'if (device.dead) return -ENODEV;', ''),
        probe('one with a driver is -EBUSY', 'if (device.driver >= 0) return -EBUSY;', ''),
        probe('one that is not ready is deferred', 'if («!device.readyToProbe») {', 'false'),
        probe('a driver has matched', 'device.canMatch = true;', ''),
        probe('suppliers are held', 'yield* pmRuntimeGetSuppliers(world, id);', ''),
        probe('and put behind it', 'pmRuntimePutSuppliers(world, id);', ''),
        probe('none runs while probing is blocked', 'if (world.deferred.blocked) return -EPROBE_DEFER;', ''),
        probe('a supplier that is missing defers it', 'if («!check.ready») {', 'false'),
        probe(
          'best effort turns an error into a deferral',
          'check.bestEffort ? -EPROBE_DEFER : returned',
          'returned',
        ),
        probe(
          'links are reset behind an error',
          '«deviceLinksNoDriver(world, id);»\n  yield* deviceUnbindCleanup(world, id);\n  return -error;',
          '',
        ),
        probe('so is runtime PM', 'yield* pmRuntimeReinit(world, id);', ''),
        probe('and the driver flags', 'device.power.driverFlags = 0;', ''),
        probe('an error of the callback lets the next driver try', 'return -error;', 'return error;'),
        probe(
          'an error is a message, but for deferral, -ENODEV and -ENXIO',
          'error === 0 || error === -EPROBE_DEFER || error === -ENODEV || error === -ENXIO',
          'error === 0',
        ),
        probe(
          'a deferral of either sign is one',
          'Math.abs(result) === EPROBE_DEFER',
          'result === -EPROBE_DEFER',
        ),
        probe(
          'a bind meanwhile retries it at once',
          'device.triggersBefore !== deferred.triggers && !deferred.blocked',
          'false',
        ),
        notModelled('managed resources, pins and IOMMUs can fail it', 'scripted drivers have none'),
      ],
    },
    {
      title: 'A platform probe',
      rules: [
        behaviour(
          'assigned clocks need their providers',
          'if (!hasClockProvider(world, clock.provider)) return -EPROBE_DEFER;',
          '',
        ),
        behaviour('a list that cannot be read is an error', "if (clock === 'error') return -EINVAL;", ''),
        behaviour('an entry that names the node itself ends the list', "if (clock === 'end') return 0;", ''),
        behaviour(
          'simple-pm-bus needs its clocks',
          "if (property === 'clocks' && !hasClockProvider(world, supplier)) return -EPROBE_DEFER;",
          '',
        ),
        behaviour(
          'simple-pm-bus makes devices of its children',
          '«yield* ofPlatformPopulate(world, node, id, { recurse: false });»\n  return 0;',
          '',
        ),
        behaviour(
          'other buses bind only by their first compatible',
          'entries[0] === match ? 0 : -ENODEV',
          '0',
        ),
      ],
    },
    {
      title: 'A device that has bound',
      rules: [
        probe('links come first', 'yield* deviceLinksDriverBound(world, id);', ''),
        probe('it leaves the deferred lists', 'driverDeferredProbeDelete(world, id);', ''),
        probe('everything deferred is retried', '«driverDeferredProbeTrigger(world);»\n  happened', ''),
      ],
    },
    {
      title: 'An unbind',
      rules: [
        unbind(
          'the device is resumed',
          'yield* pmRuntimeGetSync(world, id);',
          'world.devices[id]!.power.usageCount++;',
        ),
        unbind('consumers go first', 'yield enter(deviceReleaseDriver(world, consumer));', ''),
        unbind('a driver that changed meanwhile ends it', 'if («device.driver !== driver») {', 'false'),
        unbind(
          'the device may suspend before remove',
          'yield* pmRuntimePutSync(world, id);',
          'world.devices[id]!.power.usageCount--;',
        ),
        unbind(
          'remove is called',
          "yield { kind: 'call', device: id, callback: 'remove', layer: 'drv' };",
          '',
        ),
        unbind(
          'then runtime PM and flags are reset',
          'yield* deviceUnbindCleanup(world, id);',
          'device.driver = -1;',
        ),
        unbind('then the links', 'deviceLinksDriverCleanup(world, id);', ''),
        unbind(
          'a driver that goes leaves the bus first',
          'bus.drivers.splice(bus.drivers.indexOf(id), 1);',
          '',
        ),
        unbind(
          'and waits for walks over the drivers that stand at it',
          "if (bus.walks.includes(id)) yield { kind: 'wait', for: { kind: 'driver-walk', driver: id } };",
          '',
        ),
        unbind(
          'its devices go newest first',
          'while (tail[id]! >= 0) yield* deviceReleaseDriver(world, tail[id]!, id);',
          'while (tail[id]! >= 0) yield* deviceReleaseDriver(world, world.driverDevices.head[id]!, id);',
        ),
        attach(
          'a bind by sysfs that is deferred is -EAGAIN',
          'error === -EPROBE_DEFER ? -EAGAIN : error',
          'error',
        ),
        unbind(
          'an unbind by sysfs is for that driver only',
          'driver < 0 || world.devices[id]!.driver === driver',
          'true',
        ),
      ],
    },
    {
      title: 'Deferral',
      rules: [
        list(
          'only a device that a driver has matched',
          "!device.canMatch || device.deferred !== 'none'",
          "device.deferred !== 'none'",
        ),
        list('only once', "!device.canMatch || device.deferred !== 'none'", '!device.canMatch'),
        list('none is retried before late_initcall', 'if (!deferred.enabled) return;', ''),
        list(
          'all that wait are retried, in their order',
          'deferred.active.push(...deferred.pending.splice(0));',
          'deferred.active.push(...deferred.pending.splice(0).reverse());',
        ),
        deferred('a retry forgets the reason', 'device.deferredReason = undefined;', ''),
        deferred(
          'and moves the device to the tail first',
          "deferred.moved += deviceReorderToTail(world, id, { by: 'deferred-retry', root: id });",
          '',
        ),
        deferred(
          'at late_initcall, twice',
          '«driverDeferredProbeTrigger(world);\n  yield* flushDeferredProbeWork(world);»\n  deferred.initcallsDone',
          '',
        ),
        deferred(
          'without modules drivers are done then',
          'if (!settings.modules) fwDevlinkDriversDone(world);',
          '',
        ),
        deferred(
          'with them when the timeout is over',
          "happened(world, { kind: 'timeout' });\n  «fwDevlinkDriversDone(world);»",
          '',
        ),
        notModelled(
          'a timeout begins anew with every driver',
          'the model has the state before it and after it',
        ),
      ],
    },
  ],
};
