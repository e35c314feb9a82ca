/** Commands about power domains. */

import { EEXIST } from '../core/errno.ts';
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import {
  devPmGenpdRpmAlwaysOn,
  pmGenpdAddDevice,
  pmGenpdAddSubdomain,
  pmGenpdInit,
  pmGenpdRemove,
  pmGenpdRemoveDevice,
  pmGenpdRemoveSubdomain,
} from '../pm/index.ts';
import type { Command } from './command.ts';
import { BAD, type Result, type Session } from './session.ts';

export type DomainCommand = Command & { readonly kind: 'genpd' | 'rmgenpd' | 'subdomain' | 'rmsubdomain' };

/** Carries out a command about domains alone. */
export function* carryOutOnDomains(session: Session, command: DomainCommand): Task<Result> {
  const { world, domains } = session;
  switch (command.kind) {
    case 'genpd': {
      const { name } = command.wanted;
      if (domains.has(name)) return -EEXIST;
      const made = yield* pmGenpdInit(world, command.wanted);
      if (made < 0) return made;
      domains.set(name, made);
      return 0;
    }
    case 'rmgenpd': {
      const domain = domains.get(command.domain);
      if (domain === undefined) return BAD;
      const error = yield* pmGenpdRemove(world, domain);
      if (error === 0) domains.delete(command.domain);
      return error;
    }
    case 'subdomain':
    case 'rmsubdomain': {
      const parent = domains.get(command.parent);
      const child = domains.get(command.child);
      if (parent === undefined || child === undefined) return BAD;
      if (command.kind === 'subdomain') return yield* pmGenpdAddSubdomain(world, parent, child);
      return yield* pmGenpdRemoveSubdomain(world, parent, child);
    }
  }
}

function isInTransition(world: World, id: DeviceId): boolean {
  const { runtimeStatus } = world.devices[id]!.power;
  return runtimeStatus === 'suspending' || runtimeStatus === 'resuming';
}

export type MembershipCommand = Command & { readonly kind: 'domain' | 'undomain' | 'domain_always_on' };

/** Carries out a command about a device and its domain. */
export function* carryOutOnMembership(
  session: Session,
  id: DeviceId,
  command: MembershipCommand,
): Task<Result> {
  const { world, domains } = session;
  switch (command.kind) {
    case 'domain': {
      const domain = domains.get(command.domain);
      return domain === undefined ? BAD : yield* pmGenpdAddDevice(world, domain, id);
    }
    case 'undomain':
      // The kernel's callback would go on with freed memory.
      if (isInTransition(world, id)) return BAD;
      return yield* pmGenpdRemoveDevice(world, id);
    case 'domain_always_on':
      return yield* devPmGenpdRpmAlwaysOn(world, id, command.on);
  }
}
