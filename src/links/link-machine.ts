/**
 * The machine of a managed device link: what its status becomes when the driver core binds, probes or unbinds one of its ends.
 * Follows drivers/base/core.c, ../semantics device-links.md sections 4 and 8.
 *
 * This is the only place where these rules stand: link-transitions.ts runs a table made of it, docs/machines.md draws it. Every
 * status knows every event, so that one which comes where the kernel would have none is a fault of the model.
 */
import {
  compileMachine,
  type MachineDefinition,
  type TransitionDefinition,
} from '../core/compiled-machine.ts';
import type { DeviceLinkStatus } from '../core/device-link.ts';

export type LinkEvent =
  | 'device_link_init_status'
  | 'device_links_check_suppliers'
  | 'device_links_missing_supplier'
  | 'device_links_driver_bound (consumer)'
  | 'device_links_driver_bound (supplier)'
  | 'device_links_force_bind'
  | 'device_links_no_driver (consumer)'
  | 'device_links_no_driver (supplier)'
  | 'device_links_busy'
  | 'device_links_unbind_consumers'
  | 'device_links_driver_cleanup'
  | 'device_link_drop_managed';

type Transition = TransitionDefinition<DeviceLinkStatus>;

const warnOn = (line: number, name: string) => `WARN_ON drivers/base/core.c:${line} ${name}`;

const INIT_STATUS: readonly Transition[] = [
  { guard: 'supplier unbinding', target: 'supplier unbinding' },
  { guard: 'supplier without driver', target: 'dormant' },
  { guard: 'consumer probing', target: 'consumer probing' },
  { guard: 'supplier probing', target: 'dormant' },
  { guard: 'consumer bound', target: 'active' },
  { target: 'available' },
];

const SUPPLIER_NOT_READY: readonly Transition[] = [
  { guard: 'for sync_state only', target: 'consumer probing' },
  { guard: 'best effort looks past it', actions: 'look past it' },
  { actions: 'defer the probe' },
];

const CONSUMER_BOUND_UNEXPECTEDLY: readonly Transition[] = [
  { guard: 'for sync_state only', actions: 'drop' },
  { guard: 'best effort looks past it', actions: 'drop' },
  { target: 'active', actions: warnOn(1448, 'device_links_driver_bound') },
];

const CONSUMER_GONE: readonly Transition[] = [{ guard: 'goes with the consumer', actions: 'drop' }, {}];

const BOUND_CONSUMER_GONE: readonly Transition[] = [
  { guard: 'goes with the consumer', actions: 'drop' },
  { guard: 'supplier bound', target: 'available' },
  { guard: 'supplier unbinding', target: 'dormant' },
  { guard: 'for sync_state only', target: 'dormant' },
  { target: 'dormant', actions: warnOn(1503, '__device_links_no_driver') },
];

const SUPPLIER_BOUND_UNEXPECTEDLY: readonly Transition[] = [
  {
    guard: 'probes its consumer',
    target: 'available',
    actions: [warnOn(1409, 'device_links_driver_bound'), 'probe the consumer'],
  },
  { target: 'available', actions: warnOn(1409, 'device_links_driver_bound') },
];

const CLEANED_UP_UNEXPECTEDLY: Transition = {
  target: 'dormant',
  actions: warnOn(1570, 'device_links_driver_cleanup'),
};

/** What a link does whose consumer is neither bound nor probing, if the status says no more. */
const WITHOUT_CONSUMER = {
  device_links_check_suppliers: SUPPLIER_NOT_READY,
  device_links_missing_supplier: {},
  'device_links_driver_bound (consumer)': CONSUMER_BOUND_UNEXPECTEDLY,
  'device_links_driver_bound (supplier)': SUPPLIER_BOUND_UNEXPECTEDLY,
  device_links_force_bind: { actions: 'drop' },
  'device_links_no_driver (consumer)': CONSUMER_GONE,
  'device_links_no_driver (supplier)': {},
  device_links_busy: 'supplier unbinding',
  device_links_unbind_consumers: 'supplier unbinding',
  device_links_driver_cleanup: CLEANED_UP_UNEXPECTEDLY,
} as const;

/** What a link does whose consumer is bound or probing. */
const WITH_CONSUMER = {
  ...WITHOUT_CONSUMER,
  'device_links_driver_bound (supplier)': {},
  'device_links_no_driver (consumer)': BOUND_CONSUMER_GONE,
  'device_links_no_driver (supplier)': 'dormant',
  device_links_busy: { actions: 'busy' },
} as const;

export const deviceLinkDefinition: MachineDefinition<DeviceLinkStatus, LinkEvent> = {
  id: 'device link',
  initial: 'not tracked',
  on: { device_link_drop_managed: '.not tracked' },
  states: {
    'not tracked': {
      on: {
        device_link_init_status: INIT_STATUS,
        device_links_missing_supplier: {},
        // A link that went with its supplier, and that stateless adds keep, is written to once more.
        device_links_driver_cleanup: 'dormant',
      },
    },
    dormant: {
      on: {
        ...WITHOUT_CONSUMER,
        device_link_init_status: INIT_STATUS,
        'device_links_driver_bound (supplier)': [
          { guard: 'probes its consumer', target: 'available', actions: 'probe the consumer' },
          { target: 'available' },
        ],
      },
    },
    available: {
      on: {
        ...WITHOUT_CONSUMER,
        device_links_check_suppliers: 'consumer probing',
        device_links_force_bind: 'consumer probing',
      },
    },
    'consumer probing': {
      on: {
        ...WITH_CONSUMER,
        device_links_missing_supplier: [
          { guard: 'supplier bound', target: 'available' },
          { guard: 'for sync_state only', target: 'dormant' },
          { target: 'dormant', actions: warnOn(1079, 'device_links_check_suppliers') },
        ],
        'device_links_driver_bound (consumer)': [
          { guard: 'for sync_state only', actions: 'drop' },
          { target: 'active' },
        ],
        device_links_unbind_consumers: { actions: 'wait for probes' },
      },
    },
    active: {
      on: {
        ...WITH_CONSUMER,
        device_links_unbind_consumers: { target: 'supplier unbinding', actions: 'unbind the consumer' },
      },
    },
    'supplier unbinding': {
      on: {
        ...WITHOUT_CONSUMER,
        device_links_driver_cleanup: [
          { guard: 'goes with the supplier', actions: 'drop' },
          { target: 'dormant' },
        ],
      },
    },
  },
};

/** What each guard asks of a link. */
export const LINK_GUARDS = {
  'supplier without driver': 'links.status of the supplier is no driver',
  'supplier probing': 'links.status of the supplier is probing',
  'supplier bound': 'links.status of the supplier is driver bound',
  'supplier unbinding': 'links.status of the supplier is unbinding',
  'consumer probing': 'links.status of the consumer is probing',
  'consumer bound': 'links.status of the consumer is driver bound',
  'for sync_state only': 'SYNC_STATE_ONLY',
  'probes its consumer': 'AUTOPROBE_CONSUMER',
  'goes with the consumer': 'AUTOREMOVE_CONSUMER',
  'goes with the supplier': 'AUTOREMOVE_SUPPLIER',
  'best effort looks past it':
    'INFERRED, no driver matches the supplier, and the consumer is the console of /chosen',
} as const;

export type LinkGuard = keyof typeof LINK_GUARDS;

/** The machine as the table that the engine runs. */
export const LINK_TABLE = compileMachine(deviceLinkDefinition);
