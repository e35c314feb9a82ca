import { describe, expect, it } from 'vitest';
import { type Exploration, explore, readExploration, type Step } from '../../src/explore/index.ts';
import { type Explorer, type WrongRule, wrongExplorer } from '../support/changed-engine.ts';

interface Case {
  /** What the kernel does no more. */
  readonly wrong: string;
  readonly rule: WrongRule;
  readonly world: readonly string[];
  readonly breaks: string;
}

const CONSUMER = [
  'dev sup',
  'dev con',
  'drv d match=sup,con ops=rpm',
  'rpm enable sup',
  'rpm enable con',
  'link con sup pm_runtime',
];
const FAMILY = [
  'dev top',
  'dev kid parent=top',
  'drv d match=top,kid ops=rpm',
  'rpm enable top',
  'rpm enable kid',
];
const BOUND = ['dev sup', 'dev con', 'drv d match=sup,con', 'link con sup 0'];

const CASES: readonly Case[] = [
  {
    wrong: 'rpm_resume() resumes no suppliers',
    rule: {
      file: 'pm/runtime-transitions.ts',
      from: 'hasLinks && !power.irqSafe',
      to: 'false',
    },
    world: [...CONSUMER, 'actor driver', 'rpm get_sync con', 'rpm put con'],
    breaks: 'supplier-active',
  },
  {
    wrong: 'rpm_get_suppliers() takes no references',
    rule: {
      file: 'pm/runtime-transitions.ts',
      from: '    world.devices[link.supplier]!.power.usageCount++;\n',
      to: '',
    },
    world: [...CONSUMER, 'actor driver', 'rpm get_sync con', 'rpm put con'],
    breaks: 'supplier-active',
  },
  {
    wrong: 'rpm_suspend() puts suppliers before its callback',
    rule: {
      file: 'pm/runtime-transitions.ts',
      from: '    const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_suspend);\n',
      to: '    const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_suspend);\n    rpmPutSuppliers(world, id);\n',
    },
    world: [...CONSUMER, 'actor driver', 'rpm get_sync con', 'rpm put con'],
    breaks: 'supplier-active',
  },
  {
    wrong: 'a usage count keeps nobody from suspending',
    rule: {
      file: 'pm/runtime-rules.ts',
      from: '  if (power.usageCount !== 0) conditions |= IN_USE;\n',
      to: '',
    },
    world: [...CONSUMER, 'actor driver', 'rpm get_sync con', 'rpm put con', 'actor other', 'rpm suspend con'],
    breaks: 'suspend-unused',
  },
  {
    wrong: 'active children keep nobody from suspending',
    rule: {
      file: 'pm/runtime-rules.ts',
      from: '  if (power.childCount !== 0 && !power.ignoreChildren) conditions |= CHILDREN_ACTIVE;\n',
      to: '',
    },
    world: [...FAMILY, 'actor driver', 'rpm get_sync kid', 'rpm put kid'],
    breaks: 'suspend-unused',
  },
  {
    wrong: 'rpm_resume() resumes no parent',
    rule: {
      file: 'pm/runtime-machine.ts',
      from: "          { guard: 'parent not held', actions: resume('hold and resume the parent') },\n",
      to: '',
    },
    world: [...FAMILY, 'actor driver', 'rpm get_sync kid', 'rpm put kid'],
    breaks: 'parent-active',
  },
  {
    wrong: 'a child that resumes is not counted',
    rule: {
      file: 'pm/runtime-machine.ts',
      from: "['mark last busy', 'count into parent', 'rpm_idle ASYNC']",
      to: "['mark last busy', 'rpm_idle ASYNC']",
    },
    world: [...FAMILY, 'actor driver', 'rpm get_sync kid', 'rpm put kid'],
    breaks: 'child-count',
  },
  {
    wrong: 'a resume does not wait for the suspend that runs',
    rule: {
      file: 'pm/runtime-machine.ts',
      from: "          { guard: 'ASYNC', actions: resume('defer the resume', 'return 0') },\n          { actions: resume('wait') },",
      to: "          { guard: 'ASYNC', actions: resume('defer the resume', 'return 0') },\n          { target: 'resuming', actions: resume('call runtime_resume') },",
    },
    world: [
      ...CONSUMER,
      'actor one',
      'rpm get_sync con',
      'rpm put_sync con',
      'actor two',
      'rpm get_sync con',
      'rpm put con',
    ],
    breaks: 'callbacks-apart',
  },
  {
    wrong: 'device_links_unbind_consumers() unbinds nobody',
    rule: {
      file: 'probe/unbind.ts',
      from: '      yield enter(deviceReleaseDriver(world, consumer));\n',
      to: '',
    },
    world: [...BOUND, 'actor sysfs', 'unbind sup'],
    breaks: 'remove-after-consumers',
  },
  {
    wrong: 'device_release_driver() does not look at consumers',
    rule: {
      file: 'probe/unbind.ts',
      from: 'while (deviceLinksBusy(world, id)) {',
      to: 'while (deviceLinksBusy(world, id) && world.now < 0) {',
    },
    world: [...BOUND, 'actor sysfs', 'unbind sup'],
    breaks: 'remove-after-consumers',
  },
  {
    wrong: 'device_links_check_suppliers() defers nobody',
    rule: {
      file: 'links/driver-core.ts',
      from: "    if (outcome !== 'defer the probe') continue;\n",
      to: '    continue;\n',
    },
    world: [...BOUND, 'unbind sup', 'actor one', 'bind con d', 'actor two', 'bind sup d'],
    breaks: 'probe-after-suppliers',
  },
  {
    wrong: 'dpm_wait_for_subordinate() waits for no children',
    rule: {
      file: 'pm/sleep-waits.ts',
      from: '      if (mustWait(world, child, isAsync)) yield* completion(child);\n',
      to: '',
    },
    world: [
      'dev top async',
      'dev kid parent=top async',
      'drv d match=top,kid ops=basic',
      'pm_async 1',
      'actor power',
      'suspend devices',
    ],
    breaks: 'consumer-sleeps-first',
  },
  {
    wrong: 'dpm_wait_for_superior() waits for no suppliers',
    rule: {
      file: 'pm/sleep-waits.ts',
      from: "    if (status !== 'dormant' && mustWait(world, supplier, isAsync)) yield* completion(supplier);\n",
      to: '',
    },
    world: [
      'dev sup async',
      'dev con async',
      'drv d match=sup,con ops=basic',
      'link con sup 0',
      'pm_async 1',
      'actor power',
      'suspend devices',
    ],
    breaks: 'consumer-sleeps-first',
  },
  {
    wrong: 'device_link_add() reorders nothing',
    rule: {
      file: 'links/device-link-add.ts',
      from: "    deviceReorderToTail(world, consumer, { by: 'link', link: id, root: consumer });",
      to: '    {}',
    },
    world: ['dev con', 'dev sup', 'actor driver', 'link con sup 0'],
    breaks: 'dpm-order',
  },
  {
    wrong: 'a device does not know that its sync_state was called',
    rule: {
      file: 'links/sync-state.ts',
      from: '  device.stateSynced = true;\n',
      to: '',
    },
    world: [
      'dev sup',
      'dev con',
      'drv c match=con',
      'unbind con',
      'link con sup 0',
      'drv s match=sup sync_state',
      'actor sysfs',
      'bind con c',
      'unbind con',
      'bind con c',
    ],
    breaks: 'sync-state-once',
  },
  {
    wrong: 'device_driver_attach() keeps the lock behind a probe that failed',
    rule: {
      file: 'probe/attach.ts',
      from: '  const result = yield* driverProbeDeviceInner(world, id, driver);\n  deviceUnlock(world, id);\n',
      to: '  const result = yield* driverProbeDeviceInner(world, id, driver);\n  if (result === 0) deviceUnlock(world, id);\n',
    },
    world: [
      'dev con',
      'drv d match=con',
      'unbind con',
      'outcome con probe 0,-12',
      'actor one',
      'bind con d',
      'actor two',
      'bind con d',
    ],
    breaks: 'no-hang',
  },
  {
    wrong: 'genpd_runtime_resume() powers nothing on',
    rule: {
      file: 'pm/power-domain-callbacks.ts',
      from: '    const refused = yield* genpdPowerOn(world, domainId);\n',
      to: '    const refused = 0 as number;\n',
    },
    world: [
      'genpd pd',
      'dev con',
      'domain con pd',
      'drv d match=con ops=rpm',
      'rpm enable con',
      'rpm get_sync con',
      'rpm put_sync con',
      'actor driver',
      'rpm get_sync con',
    ],
    breaks: 'domain-on',
  },
  {
    wrong: 'a domain powers off over its other devices',
    rule: {
      file: 'pm/power-domain.ts',
      from: '  return notSuspended > (oneDeviceOn ? 1 : 0) ? -EBUSY : 0;',
      to: '  return 0 * notSuspended * (oneDeviceOn ? 1 : 0);',
    },
    world: [
      'genpd pd',
      'dev one',
      'dev two',
      'domain one pd',
      'domain two pd',
      'drv d match=one,two ops=rpm',
      'rpm enable one',
      'rpm enable two',
      'actor one',
      'rpm get_sync one',
      'rpm put_sync one',
      'actor two',
      'rpm get_sync two',
    ],
    breaks: 'domain-on',
  },
];

/** Whether a path of that many steps breaks something: every path is walked from the first state, nothing is folded. */
function breaksWithin(explorer: Explorer, exploration: Exploration, length: number): boolean {
  const { createState, possibleSteps, takeStep, breachOf } = explorer;
  const walk = (path: readonly Step[]): boolean => {
    const state = createState(exploration);
    let taken: ReturnType<typeof takeStep> | undefined;
    for (const step of path) taken = takeStep(state, step);
    if (breachOf(state, taken) !== undefined) return true;
    return path.length < length && possibleSteps(state).some((step) => walk([...path, step]));
  };
  return walk([]);
}

describe.each(CASES)('an engine in which $wrong', ({ rule, world, breaks }) => {
  const exploration = readExploration(world.join('\n'), 'world');

  it(`breaks ${breaks}, and is found by a path as short as any`, async () => {
    const wrong = await wrongExplorer(rule);
    const { breach } = wrong.explore(exploration);
    expect(breach).toMatchObject({ invariant: breaks });
    const { length } = breach!.steps;
    expect(length).toBeGreaterThan(0);
    expect(breaksWithin(wrong, exploration, length)).toBe(true);
    expect(breaksWithin(wrong, exploration, length - 1)).toBe(false);
  });

  it('is told from the right one, which breaks nothing in the same world', () => {
    expect(explore(exploration)).toMatchObject({ coverage: 'complete', breach: undefined });
  });
});
