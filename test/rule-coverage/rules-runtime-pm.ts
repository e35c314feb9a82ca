/** Rules of runtime PM (drivers/base/power/runtime.c). */
import { inFile, inMachine, notModelled, type Sheet } from './rule.ts';

const choice = inFile('pm/callback-choice.ts');
const entry = inFile('pm/runtime-pm.ts');
const machine = inMachine('runtime PM');
const probe = inFile('probe/really-probe.ts');
const request = inFile('pm/runtime-requests.ts');
const rules = inFile('pm/runtime-rules.ts');
const scheduler = inFile('scenarios/scheduler.ts');
const settings = inFile('pm/runtime-settings.ts');
const state = inFile('core/device-power.ts');
const status = inFile('pm/runtime-status.ts');
const suppliers = inFile('pm/runtime-suppliers.ts');
const tasks = inFile('pm/runtime-transitions.ts');

export const RUNTIME_PM: Sheet = {
  title: 'Runtime PM',
  sections: [
    {
      title: 'A new device',
      rules: [
        state('runtime PM is disabled once', 'disableDepth: 1', '0'),
        state('it is suspended', "runtimeStatus: 'suspended'", "'active'"),
        state('user space control is auto', 'runtimeAuto: true', 'false'),
      ],
    },
    {
      title: 'Which callback runs',
      rules: [
        choice(
          'the PM domain comes before all others',
          "if (domainOps !== undefined) return domainOps & bit ? 'dom' : undefined;",
          '',
        ),
        choice(
          'a PM domain without it leaves it to the driver',
          "if (domainOps !== undefined) return domainOps & bit ? 'dom' : undefined;",
          "if (domainOps !== undefined) return 'dom';",
        ),
        choice(
          'the device type comes before the driver',
          "typeOps !== undefined && typeOps & bit ? 'type' : undefined",
          'undefined',
        ),
        notModelled(
          'class and bus come between type and driver',
          'no class or bus of the model has PM callbacks',
        ),
        tasks('no callback at all is success', 'if (layer === undefined) return «0»;', '-38'),
      ],
    },
    {
      title: 'When a device may suspend',
      rules: [
        machine('not with an error latched: -EINVAL', { guard: 'error latched', event: 'rpm_suspend' }),
        machine('not while disabled: -EACCES', { guard: 'disabled', event: 'rpm_suspend' }),
        machine('not in use: -EAGAIN', { guard: 'in use', event: 'rpm_suspend' }),
        machine('not with active children: -EBUSY', { guard: 'children active', event: 'rpm_suspend' }),
        machine('not with a resume pending or deferred: -EAGAIN', {
          guard: 'resume requested',
          event: 'rpm_suspend',
        }),
        machine('not with a resume latency of 0: -EPERM', {
          guard: 'no latency allowed',
          event: 'rpm_suspend',
        }),
        rules(
          'children are not asked for where they are ignored',
          'power.childCount !== 0 && !power.ignoreChildren',
          'power.childCount !== 0',
        ),
        machine('a suspended one answers 1', { state: 'suspended', event: 'rpm_suspend', guard: null }),
      ],
    },
    {
      title: 'rpm_idle',
      rules: [
        machine('an error is -EINVAL', { guard: 'error latched', event: 'rpm_idle' }),
        machine('disabled is -EACCES', { guard: 'disabled', event: 'rpm_idle' }),
        machine('in use is -EAGAIN', { guard: 'in use', event: 'rpm_idle' }),
        machine('active children are -EBUSY', { guard: 'children active', event: 'rpm_idle' }),
        machine('a suspended device is -EAGAIN', { state: 'suspended', event: 'rpm_idle', guard: null }),
        machine('a resuming device is -EAGAIN', { state: 'resuming', event: 'rpm_idle', guard: null }),
        machine('a suspending device is -EAGAIN', { state: 'suspending', event: 'rpm_idle', guard: null }),
        machine('a stronger request is -EAGAIN', { guard: 'stronger request pending' }),
        machine('a running idle callback is -EINPROGRESS', { guard: 'idle callback running' }),
        machine('without an idle callback it is an autosuspend', { guard: 'no idle callback' }),
        machine('an asynchronous one is queued', { state: 'active', event: 'rpm_idle', guard: 'ASYNC' }),
        tasks('the notification is noted while the callback runs', 'power.idleNotification = true;', ''),
        tasks('whatever the callback returns but 0 ends it', 'if (result !== 0) return result;', ''),
        tasks('what follows is an autosuspend', 'flags | RPM_AUTO', 'flags'),
      ],
    },
    {
      title: 'rpm_suspend',
      rules: [
        machine('a resuming device is -EAGAIN to a synchronous one', { guard: 'synchronous' }),
        machine('an autosuspend waits for its delay', { guard: 'autosuspend delay not over' }),
        request(
          'the delay is used only with autosuspend on, and not below 0',
          '!power.useAutosuspend || power.autosuspendDelay < 0',
          'false',
        ),
        request('it counts from last_busy', '«power.lastBusy» + inTicks', 'world.now'),
        request(
          'a timer that fires earlier is left alone',
          'power.timerExpires === 0 || power.timerExpires > expires',
          'true',
        ),
        request('the timer will autosuspend', 'power.timerAutosuspends = true;', ''),
        notModelled(
          'the timer may be late by a quarter of the delay',
          'timers of the model and of the recorded kernel are exact',
        ),
        machine('while suspending it waits', { state: 'suspending', event: 'rpm_suspend', guard: null }),
        machine('while suspending an asynchronous one or a worker is -EINPROGRESS', {
          state: 'suspending',
          event: 'rpm_suspend',
          guard: 'ASYNC or NOWAIT',
        }),
        machine('without callbacks it is suspended at once', { event: 'rpm_suspend', guard: 'no callbacks' }),
        machine('an asynchronous autosuspend is queued', { event: 'rpm_suspend', guard: 'ASYNC and AUTO' }),
        machine('an asynchronous one is queued', { event: 'rpm_suspend', guard: 'ASYNC' }),
        machine('else the callback runs', { state: 'active', event: 'rpm_suspend', guard: null }),
        rules(
          'the parent has one active child less, never below none',
          'parent >= 0 && world.devices[parent]!.power.childCount > 0',
          'parent >= 0',
        ),
        machine('a resume deferred meanwhile follows, -EAGAIN', { guard: 'resume deferred' }),
        rules('an interrupt-safe device tells nobody', 'if (power.irqSafe) return;', ''),
        rules(
          'the parent gets an idle request, unless it ignores children',
          'parent >= 0 && !world.devices[parent]!.power.ignoreChildren',
          'parent >= 0',
        ),
        rules('suppliers are told if one link has PM_RUNTIME', 'if («linksCount > 0») {', 'true'),
        rules(
          'then all of them are, over whatever link',
          'toIdle.push(linkOf(world, link).supplier);',
          'if (linkOf(world, link).flags & 4) toIdle.push(linkOf(world, link).supplier);',
        ),
      ],
    },
    {
      title: 'A suspend callback that fails',
      rules: [
        machine('the device is active again', { event: 'runtime_suspend failed', guard: null }),
        machine('-EBUSY and -EAGAIN are not latched', { event: 'runtime_suspend failed', guard: 'busy' }),
        machine('an autosuspend whose delay begins anew starts again', {
          guard: 'busy, and autosuspends again',
        }),
        tasks('suppliers are not released', 'hasLinks && error === 0', 'hasLinks'),
      ],
    },
    {
      title: 'rpm_resume',
      rules: [
        machine('an error is -EINVAL', { guard: 'error latched', event: 'rpm_resume' }),
        machine('a device disabled while it was active answers 1', { guard: 'disabled while active' }),
        machine('another disabled one is -EACCES', { guard: 'disabled', event: 'rpm_resume' }),
        machine('an active one answers 1', { state: 'active', event: 'rpm_resume', guard: null }),
        rules(
          'a timer of autosuspend runs on',
          'if (!world.devices[id]!.power.timerAutosuspends) pmRuntimeDeactivateTimer(world, id);',
          'pmRuntimeDeactivateTimer(world, id);',
        ),
        machine('while suspending an asynchronous one is deferred', {
          state: 'suspending',
          event: 'rpm_resume',
          guard: 'ASYNC',
        }),
        machine('while suspending that of a worker is deferred, -EINPROGRESS', { guard: 'NOWAIT' }),
        machine('while suspending it waits', { state: 'suspending', event: 'rpm_resume', guard: null }),
        machine('while resuming an asynchronous one or a worker is -EINPROGRESS', {
          state: 'resuming',
          event: 'rpm_resume',
          guard: 'ASYNC or NOWAIT',
        }),
        machine('while resuming it waits', { state: 'resuming', event: 'rpm_resume', guard: null }),
        machine('without callbacks and need of the parent it is active at once, 1', {
          guard: 'no callbacks and no need of the parent',
        }),
        machine('an asynchronous one is queued', { state: 'suspended', event: 'rpm_resume', guard: 'ASYNC' }),
        machine('the parent is resumed first', { guard: 'parent not held' }),
        tasks('the parent is held meanwhile', 'above.usageCount++;', ''),
        tasks(
          'the parent stays as it is if it is disabled or ignores children',
          'above.disableDepth === 0 && !above.ignoreChildren',
          'true',
        ),
        tasks(
          'a parent that does not become active is -EBUSY',
          "isAsked && world.devices[parent]!.power.runtimeStatus !== 'active'",
          'false',
        ),
        rules(
          'the parent of an interrupt-safe device is not asked',
          'if (!power.irqSafe) conditions |= PARENT_NOT_HELD;',
          'conditions |= PARENT_NOT_HELD;',
        ),
        machine('without callbacks it is active behind its parent', {
          state: 'suspended',
          event: 'rpm_resume',
          guard: 'no callbacks',
        }),
        machine('else the callback runs', { state: 'suspended', event: 'rpm_resume', guard: null }),
        machine('a callback that fails leaves it suspended', {
          state: 'resuming',
          event: 'runtime_resume failed',
        }),
        tasks(
          'every error of the callback is latched, -EAGAIN and -EBUSY too',
          'power.runtimeError = error;',
          'power.runtimeError = error === -EAGAIN || error === -EBUSY ? 0 : error;',
        ),
        rules('success sets last_busy', 'world.devices[id]!.power.lastBusy = world.now;', ''),
        rules(
          'the parent has one active child more',
          'if (parent >= 0) world.devices[parent]!.power.childCount++;',
          '',
        ),
        machine('an idle request of its own follows', {
          state: 'resuming',
          event: 'runtime_resume succeeded',
          action: 'rpm_idle ASYNC',
        }),
        tasks(
          'it counts in the parent that it had before its callback, wherever it is moved meanwhile',
          'resumeEnd(world, id, «parent», result)',
          'world.devices[id]!.parent',
        ),
        tasks(
          'the parent is put in the end',
          'if (parent >= 0 && !world.devices[id]!.power.irqSafe) pmRuntimePut(world, parent);',
          '',
        ),
        tasks(
          'but not that of an interrupt-safe device',
          'if (parent >= 0 && !world.devices[id]!.power.irqSafe) pmRuntimePut(world, parent);',
          'if (parent >= 0) pmRuntimePut(world, parent);',
        ),
      ],
    },
    {
      title: 'Suppliers of a device that resumes or suspends',
      rules: [
        tasks('only links with PM_RUNTIME count', 'if (!(link.flags & DL_FLAG.PM_RUNTIME)) continue;', ''),
        tasks('each is held', 'world.devices[link.supplier]!.power.usageCount++;', ''),
        tasks('one that is disabled is no obstacle', 'result < 0 && result !== -EACCES', 'result < 0'),
        tasks('one that fails is let go', 'pmRuntimePutNoidle(world, link.supplier);', ''),
        tasks('the others are noted in rpm_active', 'link.rpmActive++;', ''),
        tasks(
          'if one fails all are released and may go idle',
          'if (error !== 0) rpmPutSuppliers(world, id);',
          '',
        ),
        tasks('a suspend releases them', 'hasLinks && error === 0', 'false'),
        tasks('a resume that fails releases them', 'hasLinks && error !== 0', 'false'),
        rules('a release never takes a count below 0', 'if (power.usageCount <= 0) return;', ''),
        tasks('an interrupt-safe device does not get them', 'hasLinks && !power.irqSafe', 'hasLinks'),
        tasks('an interrupt-safe device does not release them', 'releases && !power.irqSafe', 'releases'),
        tasks('-EACCES of a callback is returned as -EIO', 'error === -EACCES ? -EIO : error', 'error'),
      ],
    },
    {
      title: 'Interrupts around a callback',
      rules: [
        tasks(
          'they are on in that of a device that is not interrupt-safe',
          'if (!world.devices[id]!.power.irqSafe) spinUnlockIrq(world);',
          '',
        ),
        tasks(
          'and off in that of one that is',
          'if (!world.devices[id]!.power.irqSafe) spinUnlockIrq(world);',
          'spinUnlockIrq(world);',
        ),
        tasks(
          'they are off again behind the first',
          'if (!world.devices[id]!.power.irqSafe) spinLockIrq(world);',
          '',
        ),
        tasks(
          'and as the callback left them behind the second: on for one that became it there',
          'if (!world.devices[id]!.power.irqSafe) spinLockIrq(world);',
          'spinLockIrq(world);',
        ),
        tasks(
          'behind put and get they are as before',
          'spinUnlockIrqrestore(world, before);',
          'spinUnlockIrqrestore(world, false);',
        ),
        scheduler(
          'a task has them on behind a wait',
          '// schedule() comes back so, whatever was before.\n    «spinUnlockIrq(this.world);»',
          '',
        ),
        status(
          'a barrier leaves them on',
          "for: { kind: 'runtime-barrier', device: id } };\n  }\n  «spinUnlockIrq(world);»",
          '',
        ),
      ],
    },
    {
      title: 'What drivers call',
      rules: [
        entry(
          'resume_and_get returns 0 or an error',
          'if (result >= 0) return 0;',
          'if (result >= 0) return result;',
        ),
        entry('resume_and_get gives the count back on an error', 'pmRuntimePutNoidle(world, id);', ''),
        entry(
          'put_autosuspend leaves last_busy alone',
          'return rpmSuspendAsync(world, id, RPM_AUTO);',
          'world.devices[id]!.power.lastBusy = world.now; return rpmSuspendAsync(world, id, RPM_AUTO);',
        ),
        request('a count below 0 is restored', 'power.usageCount++;', ''),
        request(
          'a count below 0 is -EINVAL with a message',
          "deviceMessage(world, id, 'Runtime PM usage count underflow!');",
          '',
        ),
        request(
          'put_noidle stops at 0',
          'if (power.usageCount !== 0) power.usageCount--;',
          'power.usageCount--;',
        ),
        entry(
          'get_if_active of a disabled device is -EINVAL',
          'if (power.disableDepth > 0) return -EINVAL;',
          '',
        ),
        entry('get_if_active of an inactive one is 0', "if (power.runtimeStatus !== 'active') return 0;", ''),
        entry(
          'get_if_in_use counts active children as use',
          '!power.ignoreChildren && power.childCount > 0',
          'false',
        ),
        entry('get_if_in_use of an unused one is 0', 'power.usageCount === 0', 'false'),
        entry(
          'schedule_suspend without a delay is a request',
          'if (delay === 0) return rpmSuspendAsync(world, id, 0);',
          '',
        ),
        machine('schedule_suspend makes every request before it void', {
          state: 'active',
          event: 'pm_schedule_suspend',
          guard: null,
        }),
        entry(
          'its timer suspends, and does not autosuspend',
          'power.timerAutosuspends = false;',
          'power.timerAutosuspends = true;',
        ),
        entry(
          'a timer that fires and is not due does nothing',
          'power.timerExpires === 0 || power.timerExpires > world.now',
          'false',
        ),
        entry(
          'a timer of autosuspend looks at the delay again',
          'power.timerAutosuspends ? RPM_ASYNC | RPM_AUTO : RPM_ASYNC',
          'RPM_ASYNC',
        ),
        entry('the worker of autosuspend looks at it too', 'RPM_NOWAIT | RPM_AUTO', 'RPM_NOWAIT'),
        entry('a worker without a request does nothing', 'if (!power.requestPending) return undefined;', ''),
        request('a request made void keeps its place in the queue', 'if (power.requestPending) return;', ''),
      ],
    },
    {
      title: 'Enabling, disabling, waiting',
      rules: [
        status(
          'enabling what is enabled is a warning',
          "deviceMessage(world, id, 'Unbalanced pm_runtime_enable!');",
          '',
        ),
        status(
          'enabling in system sleep what never was enabled is a warning',
          "deviceMessage(world, id, 'Attempt to enable runtime PM when it is blocked');",
          '',
        ),
        status(
          'enabling a suspended device with active children is a warning',
          "deviceMessage(world, id, 'Enabling runtime PM for inactive device with active children');",
          '',
        ),
        status(
          'disabling carries a pending resume out first',
          "checkResume && power.requestPending && power.request === 'resume'",
          'false',
        ),
        status(
          'disabling notes the status',
          'if (!pmRuntimeBarrierAtOnce(world, id)) return false;\n    «power.lastStatus = power.runtimeStatus;»',
          '',
        ),
        status('a barrier takes the work out of the queue', 'cancelRuntimeWork(world, id);', ''),
        status('a barrier carries a pending resume out', 'resumed = 1;', ''),
        status(
          'a barrier waits for what runs',
          "power.runtimeStatus === 'suspending' || power.runtimeStatus === 'resuming' || power.idleNotification",
          'false',
        ),
      ],
    },
    {
      title: 'A status set by force',
      rules: [
        status(
          'not while enabled without an error: -EAGAIN',
          'if (power.runtimeError === 0 && power.disableDepth === 0) return -EAGAIN;',
          '',
        ),
        status('suppliers that fail make it suspended', "if (error !== 0) status = 'suspended';", ''),
        status(
          'a status that it has already changes nothing in the parent',
          'power.runtimeStatus !== status && parent >= 0',
          'parent >= 0',
        ),
        status(
          'suspended: the parent has one active child less',
          'if (above.power.childCount > 0) above.power.childCount--;',
          '',
        ),
        status(
          'active below an enabled, inactive parent is -EBUSY',
          "disableDepth === 0 && !ignoreChildren && runtimeStatus !== 'active'",
          'false',
        ),
        status(
          'active: the parent has one active child more',
          "if (power.runtimeStatus === 'suspended') above.power.childCount++;",
          '',
        ),
        status('it clears the error', 'if (error === 0) power.runtimeError = 0;', ''),
        status('the parent may go idle', 'if (notifyParent) rpmIdleAsync(world, parent);', ''),
        status('suppliers are released', "if (status === 'suspended') rpmPutSuppliers(world, id);", ''),
      ],
    },
    {
      title: 'Settings',
      rules: [
        settings('forbid counts once', 'if («power.runtimeAuto») {', 'true'),
        settings('allow counts once', 'if (power.runtimeAuto) return;', ''),
        settings(
          'allow looks whether it is idle',
          'if (rpmDropUsageCount(world, id) === 0) rpmIdleAsync(world, id);',
          'rpmDropUsageCount(world, id);',
        ),
        settings(
          'a negative delay keeps the device active',
          'power.useAutosuspend && power.autosuspendDelay < 0',
          'false',
        ),
        settings('entering it twice counts once', 'if (wasPrevented) return;', ''),
        settings('leaving it gives the count back', 'if (wasPrevented) power.usageCount--;', ''),
        settings(
          'every other change looks whether the device is idle',
          'yield* rpmIdle(world, id, RPM_AUTO);',
          '',
        ),
        settings(
          'the parent of an interrupt-safe device is held for good',
          'if (parent >= 0) yield* pmRuntimeGetSync(world, parent);',
          '',
        ),
      ],
    },
    {
      title: 'When the driver or the device goes',
      rules: [
        status('a device that was left enabled stays as it is', 'if (power.disableDepth === 0) return;', ''),
        status(
          'another one becomes suspended',
          "if (power.runtimeStatus === 'active') yield* pmRuntimeSetStatus(world, id, 'suspended');",
          '',
        ),
        status('it is no longer interrupt-safe', 'power.irqSafe = false;', ''),
        status('its parent is let go', 'if (parent >= 0) pmRuntimePut(world, parent);', ''),
        notModelled(
          'devm functions undo themselves when the driver goes',
          'scripted drivers have no managed resources',
        ),
      ],
    },
    {
      title: 'Forced suspend and resume',
      rules: [
        status('a suspended device is left alone', "if (power.runtimeStatus === 'suspended') return 0;", ''),
        status(
          'on an error it is enabled again',
          'pmRuntimeEnable(world, id);\n      return error;',
          'return error;',
        ),
        status(
          'in use, or with active children, it must be resumed later',
          'power.usageCount <= 1 && (power.childCount === 0 || power.ignoreChildren)',
          'true',
        ),
        machine('it becomes suspended without the rest of a forced status', {
          event: 'force_suspend',
          state: 'active',
        }),
        status('it will be resumed', 'power.needsForceResume = true;', ''),
        status(
          'resume leaves a device alone that needs none',
          "power.runtimeStatus === 'suspended' && power.needsForceResume",
          "power.runtimeStatus === 'suspended'",
        ),
        status(
          'a resume that fails makes it suspended',
          'if («error !== 0») yield* pmRuntimeSetStatus',
          'false',
        ),
        status('a resume sets last_busy', 'power.lastBusy = world.now;', ''),
      ],
    },
    {
      title: 'Around a probe and an unbind',
      rules: [
        suppliers(
          'a probe holds suppliers over links with PM_RUNTIME',
          'if (!(link.flags & DL_FLAG.PM_RUNTIME)) continue;',
          '',
        ),
        suppliers('behind it those are put that it took', 'if (!link.supplierPreactivated) continue;', ''),
        probe(
          'the parent is resumed for a probe',
          'if (device.parent >= 0) yield* pmRuntimeGetSync(world, device.parent);',
          'if (device.parent >= 0) world.devices[device.parent]!.power.usageCount++;',
        ),
        probe('and put behind it', 'if (device.parent >= 0) pmRuntimePut(world, device.parent);', ''),
        probe('nothing of runtime PM runs when the probe begins', 'yield* pmRuntimeBarrier(world, id);', ''),
        probe('behind it the device may go idle', 'rpmIdleAsync(world, id);', ''),
        inFile('probe/unbind.ts')(
          'an unbind resumes the device',
          'yield* pmRuntimeGetSync(world, id);',
          'world.devices[id]!.power.usageCount++;',
        ),
      ],
    },
    {
      title: 'Work queues',
      rules: [
        inFile('pm/system-sleep.ts')(
          'what is queued when tasks are frozen waits for the thaw',
          'freezeWorkQueues(world);',
          '',
        ),
        notModelled(
          'workers of several devices run side by side',
          'the model runs them in the order of the recorded kernel; asynchronous recordings are compared with every order',
        ),
      ],
    },
  ],
};
