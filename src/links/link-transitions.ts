/**
 * The machine of link-machine.ts at work: what holds of a link is asked, a row of the table is taken, its status follows.
 * Follows drivers/base/core.c, ../semantics device-links.md section 8.
 */
import { eventIndex, guardBit, takeTransition } from '../core/compiled-machine.ts';
import { type DeviceLinksStatus, DL_FLAG } from '../core/device-link.ts';
import { type DeviceId, type DeviceLink, type World, warnOn } from '../core/world.ts';
import { LINK_TABLE, type LinkEvent, type LinkGuard } from './link-machine.ts';

/** What the caller has to do about a link, undefined for nothing. */
export type LinkOutcome = (typeof OUTCOMES)[number] | undefined;

const OUTCOMES = [
  'look past it',
  'defer the probe',
  'drop',
  'probe the consumer',
  'busy',
  'wait for probes',
  'unbind the consumer',
] as const;

interface RowActions {
  readonly warning: string | undefined;
  readonly outcome: LinkOutcome;
}

const ROW_ACTIONS: readonly RowActions[] = LINK_TABLE.transitions.map(({ actions }) => {
  const warning = actions.find((action) => action.startsWith('WARN_ON '))?.slice('WARN_ON '.length);
  const outcome = OUTCOMES.find((each) => actions.includes(each));
  const known = (warning === undefined ? 0 : 1) + (outcome === undefined ? 0 : 1);
  if (actions.length !== known) throw new Error(`${actions.join(', ')}: an action is not known`);
  return { warning, outcome };
});

const guard = (name: LinkGuard) => guardBit(LINK_TABLE, name);

const SUPPLIER: Readonly<Record<DeviceLinksStatus, number>> = {
  'no driver': guard('supplier without driver'),
  probing: guard('supplier probing'),
  'driver bound': guard('supplier bound'),
  unbinding: guard('supplier unbinding'),
};
const CONSUMER: Readonly<Record<DeviceLinksStatus, number>> = {
  'no driver': 0,
  probing: guard('consumer probing'),
  'driver bound': guard('consumer bound'),
  unbinding: 0,
};
const FLAGS: readonly (readonly [flag: number, condition: number])[] = [
  [DL_FLAG.SYNC_STATE_ONLY, guard('for sync_state only')],
  [DL_FLAG.AUTOPROBE_CONSUMER, guard('probes its consumer')],
  [DL_FLAG.AUTOREMOVE_CONSUMER, guard('goes with the consumer')],
  [DL_FLAG.AUTOREMOVE_SUPPLIER, guard('goes with the supplier')],
];
const LOOKED_PAST = guard('best effort looks past it');

/** dev_is_best_effort() outside the window that wait_for_init_devices_probe() opens: the console of /chosen. */
export function isBestEffort(world: World, device: DeviceId): boolean {
  const { node } = world.devices[device]!;
  return node >= 0 && node === world.board.stdout;
}

function conditionsOf(world: World, { supplier, consumer, flags }: DeviceLink): number {
  const { linksStatus, canMatch } = world.devices[supplier]!;
  let conditions = SUPPLIER[linksStatus] | CONSUMER[world.devices[consumer]!.linksStatus];
  for (const [flag, condition] of FLAGS) if (flags & flag) conditions |= condition;
  if (flags & DL_FLAG.INFERRED && !canMatch && isBestEffort(world, consumer)) conditions |= LOOKED_PAST;
  return conditions;
}

/**
 * An event of the machine of device links: sets the link's status, warns where the kernel does. A row that the machine does not
 * have is a fault of the model.
 */
export function linkTransition(world: World, link: DeviceLink, event: LinkEvent): LinkOutcome {
  const state = LINK_TABLE.states.indexOf(link.status);
  const row = takeTransition(LINK_TABLE, state, eventIndex(LINK_TABLE, event), conditionsOf(world, link));
  if (row < 0) throw new Error(`no ${event} while a link is ${link.status}`);
  const { target } = LINK_TABLE.transitions[row]!;
  const { warning, outcome } = ROW_ACTIONS[row]!;
  if (warning !== undefined) warnOn(world, true, warning);
  if (target !== undefined) link.status = target;
  return outcome;
}
