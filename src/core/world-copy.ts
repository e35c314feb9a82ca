/**
 * Copies of a World. They are written out: an object that is made in one piece is made ten to twenty times as fast as one that gets its
 * properties one after the other, and an exploration (explore/) makes copies all the time. The types see to it that nothing is left out;
 * what there is little of is copied as any plain data.
 */
import type { Device, DeviceLink } from './device.ts';
import type { DevicePower } from './device-power.ts';
import type { DmaLayer, DmaMutex } from './dma-engine.ts';
import type { IdLists } from './id-lists.ts';
import type { OrderList } from './order-list.ts';
import { clonePlain } from './plain-data.ts';
import type { Srcu } from './srcu.ts';
import type { WorkQueues } from './work-queues.ts';
import type { Fwnode, PowerDomains, SystemSleep, World } from './world.ts';

/** What is empty nearly always is looked at before. */
function copyList<T>(list: readonly T[]): T[] {
  return list.length === 0 ? [] : clonePlain(list as T[]);
}

function copyOrder({ head, tail, next, previous }: OrderList): OrderList {
  return { head, tail, next: next.slice(), previous: previous.slice() };
}

function copyIdLists({ head, tail, next, previous, walks }: IdLists): IdLists {
  return {
    head: head.slice(),
    tail: tail.slice(),
    next: next.slice(),
    previous: previous.slice(),
    walks: copyList(walks),
  };
}

function copyPower(power: DevicePower): DevicePower {
  return {
    runtimeStatus: power.runtimeStatus,
    lastStatus: power.lastStatus,
    disableDepth: power.disableDepth,
    usageCount: power.usageCount,
    childCount: power.childCount,
    runtimeError: power.runtimeError,
    request: power.request,
    requestPending: power.requestPending,
    deferredResume: power.deferredResume,
    idleNotification: power.idleNotification,
    timerExpires: power.timerExpires,
    timerPlace: power.timerPlace,
    timerAutosuspends: power.timerAutosuspends,
    useAutosuspend: power.useAutosuspend,
    autosuspendDelay: power.autosuspendDelay,
    lastBusy: power.lastBusy,
    ignoreChildren: power.ignoreChildren,
    noCallbacks: power.noCallbacks,
    irqSafe: power.irqSafe,
    runtimeAuto: power.runtimeAuto,
    needsForceResume: power.needsForceResume,
    list: power.list,
    isPrepared: power.isPrepared,
    isSuspended: power.isSuspended,
    isLateSuspended: power.isLateSuspended,
    isNoirqSuspended: power.isNoirqSuspended,
    directComplete: power.directComplete,
    smartSuspend: power.smartSuspend,
    mustResume: power.mustResume,
    maySkipResume: power.maySkipResume,
    wakeupSource: power.wakeupSource,
    wakeupPath: power.wakeupPath,
    syscore: power.syscore,
    noPmCallbacks: power.noPmCallbacks,
    asyncInProgress: power.asyncInProgress,
    completed: power.completed,
    resumeLatency: power.resumeLatency,
    latencyRequested: power.latencyRequested,
    qos: power.qos,
    driverFlags: power.driverFlags,
  };
}

function copyDevice(device: Device): Device {
  return {
    name: device.name,
    bus: device.bus,
    parent: device.parent,
    node: device.node,
    namedAsParent: device.namedAsParent,
    sameName: device.sameName,
    linksStatus: device.linksStatus,
    canMatch: device.canMatch,
    driver: device.driver,
    bound: device.bound,
    deferred: device.deferred,
    deferredReason: device.deferredReason,
    deferredBy: device.deferredBy,
    deferrals: device.deferrals,
    triggersBefore: device.triggersBefore,
    asyncSuspend: device.asyncSuspend,
    stateSynced: device.stateSynced,
    linksCount: device.linksCount,
    movedWith: device.movedWith,
    movedForLink: device.movedForLink,
    registered: device.registered,
    sysfsGone: device.sysfsGone,
    dead: device.dead,
    readyToProbe: device.readyToProbe,
    joined: device.joined,
    locked: device.locked,
    awaited: device.awaited,
    asyncDriver: device.asyncDriver,
    typeOps: device.typeOps,
    domainOps: device.domainOps,
    membership: clonePlain(device.membership),
    power: copyPower(device.power),
  };
}

function copyLink(link: DeviceLink | undefined): DeviceLink | undefined {
  if (link === undefined) return undefined;
  return {
    supplier: link.supplier,
    consumer: link.consumer,
    flags: link.flags,
    status: link.status,
    references: link.references,
    rpmActive: link.rpmActive,
    supplierPreactivated: link.supplierPreactivated,
    causes: link.causes?.slice(),
  };
}

function copyFwnode(fwnode: Fwnode): Fwnode {
  return {
    device: fwnode.device,
    linksAdded: fwnode.linksAdded,
    notDevice: fwnode.notDevice,
    initialized: fwnode.initialized,
    populated: fwnode.populated,
    populatedBus: fwnode.populatedBus,
    suppliers: fwnode.suppliers.slice(),
    consumers: fwnode.consumers.slice(),
  };
}

function copyMutex({ held, queue }: DmaMutex): DmaMutex {
  return { held, queue: queue.slice() };
}

function copyDma(dma: DmaLayer): DmaLayer {
  return {
    engines: copyList(dma.engines),
    channels: copyList(dma.channels),
    descriptors: copyList(dma.descriptors),
    runningTasklet: dma.runningTasklet,
    policy: clonePlain(dma.policy),
    boxes: copyList(dma.boxes),
    list: dma.list.slice(),
    numbers: dma.numbers.slice(),
    publicUsers: dma.publicUsers,
    table: dma.table.map((row) => row.slice()),
    processors: dma.processors.slice(),
    asyncOperations: dma.asyncOperations,
    nodes: copyList(dma.nodes),
    controllers: copyList(dma.controllers),
    requests: dma.requests,
    slaveLinks: copyList(dma.slaveLinks),
    warned: dma.warned.slice(),
    mutexes: {
      dma_list_mutex: copyMutex(dma.mutexes.dma_list_mutex),
      of_dma_lock: copyMutex(dma.mutexes.of_dma_lock),
    },
  };
}

function copySrcu(srcu: Srcu): Srcu {
  return {
    readers: srcu.readers.slice(),
    side: srcu.side,
    tickets: srcu.tickets,
    taken: srcu.taken,
    done: srcu.done,
    waiting: srcu.waiting,
    queued: srcu.queued,
    running: srcu.running,
  };
}

function copySleep(sleep: SystemSleep): SystemSleep {
  return {
    prepared: copyOrder(sleep.prepared),
    suspended: copyOrder(sleep.suspended),
    lateEarly: copyOrder(sleep.lateEarly),
    noirq: copyOrder(sleep.noirq),
    completed: copyOrder(sleep.completed),
    async: sleep.async,
    asyncError: sleep.asyncError,
    running: sleep.running,
    wakeupPending: sleep.wakeupPending,
  };
}

function copyWork(work: WorkQueues): WorkQueues {
  const { percpu, unbound, frozenItems } = work.later;
  return {
    percpu: copyList(work.percpu),
    unbound: copyList(work.unbound),
    woken: copyList(work.woken),
    idle: { percpu: work.idle.percpu.slice(), unbound: work.idle.unbound.slice() },
    wakes: work.wakes,
    executing: work.executing,
    frozen: work.frozen,
    frozenItems: copyList(work.frozenItems),
    later: { percpu: copyList(percpu), unbound: copyList(unbound), frozenItems: copyList(frozenItems) },
    releases: copyList(work.releases),
    releasing: copyList(work.releasing),
    timers: copyList(work.timers),
    timersSet: work.timersSet,
    blunt: work.blunt.slice(),
    asyncEntries: { ...work.asyncEntries, free: work.asyncEntries.free.slice() },
    running: copyList(work.running),
    awaited: work.awaited.slice(),
    wakeUps: copyList(work.wakeUps),
  };
}

function copyDomains({ all, listLocked, irqSafeWarned }: PowerDomains): PowerDomains {
  return { all: copyList(all), listLocked, irqSafeWarned };
}

function copyDeferred(deferred: World['deferred']): World['deferred'] {
  return {
    pending: deferred.pending.slice(),
    active: deferred.active.slice(),
    enabled: deferred.enabled,
    triggers: deferred.triggers,
    initcallsDone: deferred.initcallsDone,
    workQueued: deferred.workQueued,
    flushing: deferred.flushing,
    begun: deferred.begun,
    blocked: deferred.blocked,
    probing: deferred.probing,
    moved: deferred.moved,
  };
}

/** A World of its own with the same content. What never changes, as the board, the settings and what drivers are, is shared. */
export function cloneWorld(world: World): World {
  return {
    settings: world.settings,
    board: world.board,
    fwnodes: world.fwnodes.map(copyFwnode),
    fwnodeLinks: copyList(world.fwnodeLinks),
    devices: world.devices.map(copyDevice),
    children: copyIdLists(world.children),
    links: world.links.map(copyLink),
    supplierLinks: copyIdLists(world.supplierLinks),
    consumerLinks: copyIdLists(world.consumerLinks),
    drivers: world.drivers.slice(),
    driverDevices: copyIdLists(world.driverDevices),
    buses: world.buses.map(({ name, drivers, walks }) => ({
      name,
      drivers: drivers.slice(),
      walks: walks.slice(),
    })),
    busDevices: copyIdLists(world.busDevices),
    dpmList: copyOrder(world.dpmList),
    devicesKset: copyOrder(world.devicesKset),
    deferred: copyDeferred(world.deferred),
    deferSyncState: world.deferSyncState,
    unaddedConsumers: world.unaddedConsumers.slice(),
    hasCircle: world.hasCircle,
    deferredSync: world.deferredSync.slice(),
    now: world.now,
    work: copyWork(world.work),
    sleep: copySleep(world.sleep),
    powerDomains: copyDomains(world.powerDomains),
    dma: copyDma(world.dma),
    driverRegistrationDone: world.driverRegistrationDone,
    searchSteps: world.searchSteps,
    lockWaiters: copyList(world.lockWaiters),
    wakeupSources: { all: copyList(world.wakeupSources.all), free: world.wakeupSources.free },
    linksLocked: world.linksLocked,
    srcu: { links: copySrcu(world.srcu.links), wakeup: copySrcu(world.srcu.wakeup) },
    cycles: copyList(world.cycles),
    events: copyList(world.events),
    recording: world.recording,
    currentTask: world.currentTask,
    interruptsOff: world.interruptsOff,
  };
}
