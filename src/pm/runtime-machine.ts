/**
 * The runtime PM machine of a device: its status, what each request does in it and in which order the kernel asks.
 * Follows drivers/base/power/runtime.c, ../semantics runtime-pm.md sections 3 to 6, 9 and 12.
 *
 * This is the only place where these rules stand: runtime-rules.ts runs a table made of it, docs/machines.md draws it. Counters,
 * requests and the error latch are the extended state, which guards ask and actions change; both are explained below it.
 */
import {
  compileMachine,
  type MachineDefinition,
  type TransitionDefinition,
} from '../core/compiled-machine.ts';
import type { RuntimeStatus } from '../core/device-power.ts';

export type RuntimeEvent =
  | 'rpm_idle'
  | 'rpm_suspend'
  | 'rpm_resume'
  | 'pm_schedule_suspend'
  | 'runtime_suspend succeeded'
  | 'runtime_suspend failed'
  | 'runtime_resume succeeded'
  | 'runtime_resume failed'
  | 'set_active'
  | 'set_suspended'
  | 'force_suspend'
  | 'force_resume';

type Transition = TransitionDefinition<RuntimeStatus>;
type Ends = Readonly<Record<string, readonly Transition[]>>;

/** rpm_check_suspend_allowed(). */
const REFUSALS: readonly Transition[] = [
  { guard: 'error latched', actions: 'return -EINVAL' },
  { guard: 'disabled', actions: 'return -EACCES' },
  { guard: 'in use', actions: 'return -EAGAIN' },
  { guard: 'children active', actions: 'return -EBUSY' },
  { guard: 'resume requested', actions: 'return -EAGAIN' },
  { guard: 'no latency allowed', actions: 'return -EPERM' },
];

const IDLE_UNLESS_ACTIVE: readonly Transition[] = [...REFUSALS, { actions: 'return -EAGAIN' }];

const SCHEDULE: readonly Transition[] = [...REFUSALS, { actions: ['cancel request and timer', 'set timer'] }];

/** The end of rpm_suspend() in a status from which it can begin. */
const SUSPEND: readonly Transition[] = [
  { guard: 'autosuspend delay not over', actions: ['set autosuspend timer', 'return 0'] },
  {
    guard: 'no callbacks',
    target: 'suspended',
    actions: ['cancel request and timer', 'count out of parent', 'idle parent and suppliers', 'return 0'],
  },
  { guard: 'ASYNC and AUTO', actions: ['cancel request and timer', 'request autosuspend', 'return 0'] },
  { guard: 'ASYNC', actions: ['cancel request and timer', 'request suspend', 'return 0'] },
];

const NOT_RESUMABLE: readonly Transition[] = [
  { guard: 'error latched', actions: 'return -EINVAL' },
  { guard: 'disabled', actions: 'return -EACCES' },
];

/** A resume makes every request before it void; a timer of autosuspend runs on. */
function resume(...actions: string[]): readonly string[] {
  return ['cancel request', 'stop timer unless it autosuspends', ...actions];
}

const RESUMED = ['mark last busy', 'count into parent', 'rpm_idle ASYNC'];

/** The ends of the callback in rpm_resume(). */
const RESUME_ENDS: Ends = {
  'runtime_resume succeeded': [{ target: 'active', actions: [...RESUMED, 'return 0'] }],
  'runtime_resume failed': [
    { target: 'suspended', actions: ['cancel request and timer', 'return the error'] },
  ],
};

const SUSPENDED = ['stop timer', 'count out of parent'];

/** The ends of the callback in rpm_suspend(). */
const SUSPEND_ENDS: Ends = {
  'runtime_suspend succeeded': [
    {
      guard: 'resume deferred',
      target: 'suspended',
      actions: [...SUSPENDED, 'clear deferred resume', 'resume and return -EAGAIN'],
    },
    { target: 'suspended', actions: [...SUSPENDED, 'idle parent and suppliers', 'return 0'] },
  ],
  'runtime_suspend failed': [
    {
      guard: 'busy, and autosuspends again',
      target: 'active',
      actions: ['clear deferred resume', 'clear error', 'start again'],
    },
    {
      guard: 'busy',
      target: 'active',
      actions: ['clear deferred resume', 'clear error', 'return the error'],
    },
    {
      target: 'active',
      actions: ['clear deferred resume', 'cancel request and timer', 'return the error'],
    },
  ],
};

/** The same from whatever status: one was forced while the callback ran. */
function fromEveryStatus(ends: Ends) {
  return Object.fromEntries(
    Object.entries(ends).map(([event, list]) => [
      event,
      list.map((each) => ({ ...each, target: `.${each.target!}` as const })),
    ]),
  );
}

export const runtimePmDefinition: MachineDefinition<RuntimeStatus, RuntimeEvent> = {
  id: 'runtime PM',
  initial: 'suspended',
  states: {
    suspended: {
      on: {
        rpm_idle: IDLE_UNLESS_ACTIVE,
        rpm_suspend: [...REFUSALS, { actions: 'return 1' }],
        pm_schedule_suspend: [...REFUSALS, { actions: 'return 1' }],
        rpm_resume: [
          ...NOT_RESUMABLE,
          {
            guard: 'no callbacks and no need of the parent',
            target: 'active',
            actions: resume(...RESUMED, 'return 1'),
          },
          { guard: 'ASYNC', actions: resume('request resume', 'return 0') },
          { guard: 'parent not held', actions: resume('hold and resume the parent') },
          { guard: 'no callbacks', target: 'active', actions: resume(...RESUMED, 'return 0') },
          { target: 'resuming', actions: resume('call runtime_resume') },
        ],
      },
    },
    resuming: {
      on: {
        ...RESUME_ENDS,
        rpm_idle: IDLE_UNLESS_ACTIVE,
        rpm_suspend: [...REFUSALS, { guard: 'synchronous', actions: 'return -EAGAIN' }, ...SUSPEND],
        pm_schedule_suspend: SCHEDULE,
        rpm_resume: [
          ...NOT_RESUMABLE,
          { guard: 'ASYNC or NOWAIT', actions: resume('return -EINPROGRESS') },
          { actions: resume('wait') },
        ],
      },
    },
    active: {
      on: {
        rpm_idle: [
          ...REFUSALS,
          { guard: 'stronger request pending', actions: 'return -EAGAIN' },
          { guard: 'idle callback running', actions: 'return -EINPROGRESS' },
          { guard: 'no idle callback', actions: ['cancel request', 'rpm_suspend AUTO'] },
          { guard: 'ASYNC', actions: ['cancel request', 'request idle', 'return 0'] },
          { actions: ['cancel request', 'call runtime_idle'] },
        ],
        rpm_suspend: [
          ...REFUSALS,
          ...SUSPEND,
          { target: 'suspending', actions: ['cancel request and timer', 'call runtime_suspend'] },
        ],
        pm_schedule_suspend: SCHEDULE,
        rpm_resume: [
          { guard: 'error latched', actions: 'return -EINVAL' },
          { guard: 'disabled while active', actions: 'return 1' },
          { guard: 'disabled', actions: 'return -EACCES' },
          { actions: resume('return 1') },
        ],
      },
    },
    suspending: {
      on: {
        ...SUSPEND_ENDS,
        rpm_idle: IDLE_UNLESS_ACTIVE,
        rpm_suspend: [
          ...REFUSALS,
          { guard: 'ASYNC or NOWAIT', actions: ['cancel request and timer', 'return -EINPROGRESS'] },
          { actions: ['cancel request and timer', 'wait'] },
        ],
        pm_schedule_suspend: SCHEDULE,
        rpm_resume: [
          ...NOT_RESUMABLE,
          { guard: 'NOWAIT', actions: resume('defer the resume', 'return -EINPROGRESS') },
          { guard: 'ASYNC', actions: resume('defer the resume', 'return 0') },
          { actions: resume('wait') },
        ],
      },
    },
  },
  // __pm_runtime_set_status() and pm_runtime_force_suspend() ask for no status before they set one. So a callback can also end
  // in a status that was forced while it ran.
  on: {
    set_active: '.active',
    set_suspended: '.suspended',
    force_suspend: '.suspended',
    force_resume: '.active',
    ...fromEveryStatus(RESUME_ENDS),
    ...fromEveryStatus(SUSPEND_ENDS),
  },
};

/** What each guard asks, in the fields of struct dev_pm_info and the flags of the call. */
export const RUNTIME_GUARDS = {
  'error latched': 'runtime_error is set',
  disabled: 'disable_depth is not 0',
  'disabled while active': 'disable_depth is not 0, and runtime_status and last_status are both active',
  'in use': 'usage_count is not 0',
  'children active': 'child_count is not 0, and children are not ignored',
  'resume requested': 'a resume is pending, or deferred until the running suspend ends',
  'no latency allowed': 'a PM QoS request wants a resume latency of 0',
  'stronger request pending': 'a suspend, autosuspend or resume is pending',
  'idle callback running': 'idle_notification is set',
  'no idle callback': 'no layer has a runtime_idle callback, or no_callbacks is set',
  'no callbacks': 'no_callbacks is set',
  'autosuspend delay not over': 'RPM_AUTO, use_autosuspend, and last_busy plus the delay lies ahead',
  synchronous: 'no RPM_ASYNC',
  ASYNC: 'RPM_ASYNC',
  NOWAIT: 'RPM_NOWAIT: the worker asks',
  'ASYNC or NOWAIT': 'RPM_ASYNC or RPM_NOWAIT',
  'ASYNC and AUTO': 'RPM_ASYNC and RPM_AUTO',
  'no callbacks and no need of the parent':
    'no_callbacks is set, and the parent, not held so far, is disabled, ignores its children or is active',
  'parent not held': 'it has a parent, this is the first pass, and irq_safe is not set',
  'resume deferred': 'deferred_resume is set',
  busy: 'the callback returned -EBUSY or -EAGAIN',
  'busy, and autosuspends again': 'the same, with RPM_AUTO and a new autosuspend delay that lies ahead',
} as const;

export type RuntimeGuard = keyof typeof RUNTIME_GUARDS;

/** The machine as the table that the engine runs. */
export const RUNTIME_TABLE = compileMachine(runtimePmDefinition);
