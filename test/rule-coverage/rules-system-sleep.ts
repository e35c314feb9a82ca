/** Rules of system sleep (drivers/base/power/main.c, kernel/power/suspend.c). */
import { inFile, notModelled, type Sheet } from './rule.ts';

const callbacks = inFile('pm/sleep-callbacks.ts');
const choice = inFile('pm/callback-choice.ts');
const cycle = inFile('pm/system-sleep.ts');
const prepare = inFile('pm/sleep-prepare.ts');
const resume = inFile('pm/sleep-resume.ts');
const suspend = inFile('pm/sleep-suspend.ts');
const waits = inFile('pm/sleep-waits.ts');

const CALLS_SYSCORE = 'syscore devices are left out';

export const SYSTEM_SLEEP: Sheet = {
  title: 'System sleep',
  sections: [
    {
      title: 'The list of devices',
      rules: [
        inFile('probe/device-add.ts')(
          'a device added below a prepared parent is a warning, and is added',
          'device.parent >= 0 && world.devices[device.parent]!.power.isPrepared',
          'false',
        ),
        inFile('links/reorder.ts')(
          'a move to the tail always ends in dpm_list, also in the middle of a cycle',
          "movePmTail(world, id, 'dpm');",
          'movePmTail(world, id, device.power.list);',
        ),
        choice(
          'a device without sleep callbacks is known as one',
          "bus !== 'platform' && bus !== 'amba' && (ops & SLEEP_CALLBACKS) === 0",
          'false',
        ),
      ],
    },
    {
      title: 'Who waits for whom',
      rules: [
        waits(
          'asynchronous devices wait for everybody, others for asynchronous ones',
          'isAsync || (world.sleep.async && asyncSuspend)',
          'false',
        ),
        waits(
          'a superior waits for children',
          'if (mustWait(world, child, isAsync)) yield* completion(child);',
          '',
        ),
        waits(
          'a supplier waits for consumers over links that are not dormant',
          "status !== 'dormant' && mustWait(world, consumer, isAsync)",
          'false',
        ),
        waits(
          'a child waits for its parent',
          'if (parent >= 0 && mustWait(world, parent, isAsync)) yield* completion(parent);',
          '',
        ),
        waits(
          'a consumer waits for suppliers over links that are not dormant',
          "status !== 'dormant' && mustWait(world, supplier, isAsync)",
          'false',
        ),
        waits(
          'dormant links are not waited on',
          "status !== 'dormant' && mustWait(world, supplier, isAsync)",
          'mustWait(world, supplier, isAsync)',
        ),
        waits(
          'a device is asynchronous if it and the system allow it',
          'device.asyncSuspend && world.sleep.async',
          'false',
        ),
        waits(
          'each phase ends when all asynchronous work has',
          "yield { kind: 'wait', for: { kind: 'async' } };",
          '',
        ),
        resume(
          'on the way up all asynchronous devices start first',
          'for (let id = list.head; id >= 0; id = list.next[id]!) dpmAsyncFn(world, id, job);',
          'for (let id = list.head; id >= 0; id = list.next[id]!) { world.devices[id]!.power.asyncInProgress = false; world.devices[id]!.power.completed = false; }',
        ),
        notModelled('a job that cannot be scheduled runs at once', 'scheduling never fails'),
      ],
    },
    {
      title: 'The cycle',
      rules: [
        cycle('it goes as far down as asked for', "level === 'platform'", 'true'),
        cycle('or only freezes', "level === 'freezer'", 'false'),
        cycle('freezing forgets wakeup events of before', 'world.sleep.wakeupPending = false;', ''),
        cycle('a second cycle inside one is -EBUSY', 'if (world.sleep.running) return -EBUSY;', ''),
        suspend('suspending goes from the tail to the head', 'const id = «list.tail»;', 'list.head'),
        resume('resuming goes from the head to the tail', 'const id = «list.head»;', 'list.tail'),
        callbacks(
          'late, noirq and early take the driver callback if no layer above has one',
          "driverHasCallback(world, id, bit) ? 'drv' : undefined",
          'undefined',
        ),
        notModelled('hibernation has messages and callbacks of its own', 'the model suspends to idle'),
        notModelled(
          'a bus without PM callbacks can have the old suspend and resume',
          'no bus of the model has them',
        ),
      ],
    },
    {
      title: 'prepare',
      rules: [
        prepare('no probe runs from here to complete', 'world.deferred.blocked = true;', ''),
        prepare('every device is held', 'power.usageCount++;', ''),
        prepare('what never was enabled is blocked', 'pmRuntimeBlockIfDisabled(world, id);', ''),
        prepare(CALLS_SYSCORE, 'if (power.syscore) return 0;', ''),
        prepare('the wakeup path is forgotten', 'power.wakeupPath = false;', ''),
        prepare(
          'a device without sleep callbacks is not asked',
          'power.noPmCallbacks ? undefined : callbackLayer(world, id, CALLBACK_BIT.prepare)',
          'callbackLayer(world, id, CALLBACK_BIT.prepare)',
        ),
        prepare(
          'on an error the device is let go',
          'pmRuntimeUnblock(world, id);\n    pmRuntimePut(world, id);\n    return result;',
          'return result;',
        ),
        prepare(
          'a positive result, or no callbacks, allows direct-complete',
          'result > 0 || power.noPmCallbacks',
          'false',
        ),
        prepare('no callbacks allow direct-complete', 'result > 0 || power.noPmCallbacks', 'result > 0'),
        prepare(
          'NO_DIRECT_COMPLETE forbids it',
          'may && (power.driverFlags & DPM_FLAG.NO_DIRECT_COMPLETE) === 0',
          'may',
        ),
        prepare('-EAGAIN prepares the same device again', 'if (error === -EAGAIN) continue;', ''),
        prepare('another error ends the phase', 'if (error !== 0) return keep(error);', ''),
      ],
    },
    {
      title: 'suspend',
      rules: [
        suspend(
          'a wakeup event stops it, -EBUSY',
          'power.directComplete = false;\n    world.sleep.asyncError = -EBUSY;',
          'world.sleep.asyncError = 0;',
        ),
        suspend('a pending resume is carried out', 'yield* pmRuntimeBarrier(world, id);', ''),
        suspend(CALLS_SYSCORE, 'if (power.syscore) return 0;', ''),
        suspend(
          'a wakeup device, or one on the path of one, is not direct-complete',
          'if (power.wakeupSource >= 0 || power.wakeupPath) power.directComplete = false;',
          '',
        ),
        suspend(
          'a direct-complete device stays as it is',
          'power.directComplete && (yield* staysSuspended(world, id))',
          'false',
        ),
        suspend('only if it is runtime-suspended', "power.runtimeStatus === 'suspended'", 'true'),
        suspend(
          'MAY_SKIP_RESUME: it need not be resumed',
          '(power.driverFlags & DPM_FLAG.MAY_SKIP_RESUME) === 0',
          'true',
        ),
        suspend(
          'a wakeup device is on the wakeup path',
          'if (power.wakeupSource >= 0) power.wakeupPath = true;',
          '',
        ),
        suspend(
          'so is its parent, unless it ignores children',
          'if (!above.ignoreChildren) above.wakeupPath = true;',
          '',
        ),
        suspend(
          'a parent that ignores children is not',
          'if (!above.ignoreChildren) above.wakeupPath = true;',
          'above.wakeupPath = true;',
        ),
        suspend(
          'the parent is not direct-complete any more',
          'if (parent >= 0) world.devices[parent]!.power.directComplete = false;',
          '',
        ),
        suspend(
          'nor is any supplier, over whatever link',
          'world.devices[linkOf(world, link).supplier]!.power.directComplete = false;',
          '',
        ),
      ],
    },
    {
      title: 'suspend_late',
      rules: [
        suspend('runtime PM is disabled', 'yield* pmRuntimeDisable(world, id, false);', ''),
        suspend(
          'syscore and direct-complete devices are left out',
          'if (power.syscore || power.directComplete) return 0;',
          '',
        ),
        callbacks(
          'SMART_SUSPEND and runtime-suspended: the driver callback is skipped',
          "power.smartSuspend && power.runtimeStatus === 'suspended'",
          'false',
        ),
        callbacks(
          'not without being runtime-suspended',
          "power.smartSuspend && power.runtimeStatus === 'suspended'",
          'power.smartSuspend',
        ),
        suspend(
          'the wakeup path goes up',
          "if (layer !== 'skipped') dpmPropagateWakeupToParent(world, id);",
          '',
        ),
        suspend(
          'not from a device whose callback was skipped',
          "if (layer !== 'skipped') dpmPropagateWakeupToParent(world, id);",
          'dpmPropagateWakeupToParent(world, id);',
        ),
      ],
    },
    {
      title: 'suspend_noirq',
      rules: [
        suspend(
          'syscore and direct-complete devices are left out',
          'world.sleep.asyncError !== 0 || power.syscore || power.directComplete',
          'world.sleep.asyncError !== 0',
        ),
        suspend(
          'without MAY_SKIP_RESUME, or in use, it must be resumed',
          'if (!maySkip || !pmRuntimeNeedNotResume(world, id)) power.mustResume = true;',
          '',
        ),
        suspend(
          'then so must its parent and suppliers',
          'if (power.mustResume) dpmSuperiorSetMustResume(world, id);',
          '',
        ),
        suspend('the parent', 'if (parent >= 0) world.devices[parent]!.power.mustResume = true;', ''),
        suspend(
          'suppliers over whatever link',
          'world.devices[linkOf(world, link).supplier]!.power.mustResume = true;',
          '',
        ),
      ],
    },
    {
      title: 'SMART_SUSPEND',
      rules: [
        prepare(
          'a device without callbacks counts as one',
          'power.noPmCallbacks || (power.driverFlags & DPM_FLAG.SMART_SUSPEND) !== 0',
          '(power.driverFlags & DPM_FLAG.SMART_SUSPEND) !== 0',
        ),
        prepare('one that is blocked does not', "asks && power.lastStatus !== 'blocked'", 'asks'),
        prepare(
          'the parent must have it, ignore children or be blocked',
          "!above.smartSuspend && !above.ignoreChildren && above.lastStatus !== 'blocked'",
          'false',
        ),
        prepare(
          'suppliers over links with PM_RUNTIME must have it or be blocked',
          "!supplier.smartSuspend && supplier.lastStatus !== 'blocked'",
          'false',
        ),
        prepare('other links do not count', 'if (!(link.flags & DL_FLAG.PM_RUNTIME)) continue;', ''),
        callbacks(
          'what must be resumed is not skipped on the way up',
          '!world.devices[id]!.power.mustResume',
          'false',
        ),
      ],
    },
    {
      title: 'resume_noirq',
      rules: [
        resume(
          'syscore and direct-complete devices are left out',
          'if (power.syscore || power.directComplete) return 0;',
          '',
        ),
        resume(
          'a device that noirq did not come to need not be resumed if it was skipped',
          'if (devPmSkipSuspend(world, id)) power.mustResume = false;',
          '',
        ),
        resume(
          'a skipped device is suspended for runtime PM',
          'if («skip») yield* pmRuntimeSetStatus',
          'false',
        ),
        resume(
          'another one with SMART_SUSPEND is active for it',
          "if (power.smartSuspend) yield* pmRuntimeSetStatus(world, id, 'active');",
          '',
        ),
      ],
    },
    {
      title: 'resume_early',
      rules: [
        resume(
          'syscore and direct-complete devices, and those that late did not come to, are left out',
          "power.syscore || power.directComplete || !power.isLateSuspended || power.list === 'none'",
          'false',
        ),
        resume(
          'the driver callback of a skipped device is skipped',
          "layerUnlessSkipped(world, id, 'resume_early', devPmSkipResume(world, id))",
          "layerUnlessSkipped(world, id, 'resume_early', false)",
        ),
        resume(
          'runtime PM is enabled again, whatever happened',
          "if (job === 'device_resume_early') pmRuntimeEnable(world, id);",
          '',
        ),
      ],
    },
    {
      title: 'resume',
      rules: [
        resume(
          'syscore devices and those not suspended are left out',
          'if (power.syscore || !power.isSuspended) return 0;',
          '',
        ),
        resume(
          'a direct-complete device is enabled and that is all',
          'pmRuntimeEnable(world, id);\n    return 0;',
          'return 0;',
        ),
        resume('an error stops nothing', 'world.sleep.asyncError = error;', ''),
      ],
    },
    {
      title: 'complete',
      rules: [
        prepare('it goes from the tail to the head', 'const id = «prepared.tail»;', 'prepared.head'),
        prepare(CALLS_SYSCORE, '!power.syscore', 'true'),
        prepare(
          'the list comes in front of what was added meanwhile',
          "while (list.tail >= 0) movePmHead(world, list.tail, 'dpm');",
          "while (list.head >= 0) movePmTail(world, list.head, 'dpm');",
        ),
        prepare('probes may run again', 'world.deferred.blocked = false;', ''),
        prepare('and everything deferred is retried', 'driverDeferredProbeTrigger(world);', ''),
      ],
    },
    {
      title: 'Errors',
      rules: [
        suspend(
          'the first error ends a phase',
          'if (error !== 0 || world.sleep.asyncError !== 0) break;',
          '',
        ),
        suspend('an asynchronous one does too', 'error !== 0 ? error : world.sleep.asyncError', 'error'),
        suspend(
          'a device after an error is not suspended',
          'if (world.sleep.asyncError !== 0) return 0;',
          '',
        ),
        cycle('suspend_late undoes itself', 'if (error !== 0) yield* dpmResumeEarly(world);', ''),
        cycle('suspend_noirq undoes itself', 'if (error !== 0) yield* dpmResumeNoirq(world);', ''),
        callbacks(
          'a callback that fails is named in a message',
          'if («error !== 0») deviceMessage(world, id, `PM: ',
          'false',
        ),
        callbacks(
          'and so is the phase',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
          'deviceMessage(world, id, `PM: failed to ${what}: error ${error}`);',
          '',
        ),
      ],
    },
  ],
};
