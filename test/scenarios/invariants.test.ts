import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DL_FLAG,
  isSyncStateOnly,
  linkOf,
  listValues,
  supplierLinksOf,
  type World,
} from '../../src/core/index.ts';
import { createSession, runCommands, type Session } from '../../src/scenarios/index.ts';

const DEVICES = ['d0', 'd1', 'd2', 'd3', 'd4'];
const device = fc.constantFrom(...DEVICES);
const runtimeOperation = fc.constantFrom(
  ...['enable', 'disable', 'get_sync', 'put_sync', 'get', 'put', 'resume', 'suspend', 'idle', 'set_active'],
  ...['set_suspended', 'forbid', 'allow', 'use_autosuspend', 'mark_last_busy', 'barrier', 'put_autosuspend'],
  ...['force_suspend', 'force_resume', 'irq_safe', 'no_callbacks'],
);
const command = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(runtimeOperation, device).map(([op, id]) => `rpm ${op} ${id}`) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(device, device, fc.integer({ min: 0, max: 0x3ff }))
      .map(([consumer, supplier, flags]) => `link ${consumer} ${supplier} ${flags & ~DL_FLAG.MANAGED}`),
  },
  fc.tuple(fc.constantFrom('rmlink', 'dellink'), device, device).map((words) => words.join(' ')),
  fc.tuple(fc.constantFrom('unbind', 'attach', 'del', 'dev'), device).map((words) => words.join(' ')),
  fc.tuple(device, device).map(([one, two]) => `drv r${one}${two} match=${one},${two} ops=all sync_state`),
  fc
    .tuple(
      device,
      fc.constantFrom('runtime_resume', 'runtime_suspend', 'runtime_idle', 'probe', 'suspend', 'prepare'),
      fc.constantFrom('-5', '-16', '1', '0,-11'),
    )
    .map(([id, callback, values]) => `ret ${id} ${callback} ${values}`),
  fc.constantFrom('settle', 'suspend', 'sleep 30', 'flush'),
);

/** What must hold of a world at rest, as sentences about devices. */
function violations(world: World): string[] {
  const found: string[] = [];
  const position = new Map(listValues(world.dpmList).map((id, index) => [id, index]));
  for (const [id, each] of world.devices.entries()) {
    const links = supplierLinksOf(world, id).map((link) => linkOf(world, link));
    const runtimeLinks = links.filter(({ flags }) => flags & DL_FLAG.PM_RUNTIME);
    if (each.linksCount !== runtimeLinks.length) found.push(`${each.name} counts its links wrongly`);
    if (each.registered !== position.has(id)) found.push(`${each.name} is not where it belongs in dpm_list`);
    if (each.locked) found.push(`${each.name} is still locked`);
    if (each.power.childCount < 0) found.push(`${each.name} has fewer than no active children`);
    for (const link of links) {
      const managed = (link.flags & DL_FLAG.MANAGED) !== 0;
      const stateless = (link.flags & DL_FLAG.STATELESS) !== 0;
      if (!stateless && link.references !== (managed ? 1 : 0)) found.push('a managed link has one reference');
      const orders = !isSyncStateOnly(link.flags) && each.registered;
      if (orders && position.get(link.supplier)! > position.get(id)!)
        found.push(`${each.name} stands before its supplier`);
      if (managed && link.status === 'active' && !each.bound) found.push(`${each.name} is not bound`);
    }
  }
  return found;
}

function startSession(): Session {
  const session = createSession();
  runCommands(session, ['dev d0', 'dev d1 parent=d0', 'dev d2', 'dev d3 parent=d2', 'dev d4']);
  return session;
}

describe('whatever happens to five devices', () => {
  it('links, counts and orders stay consistent', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 5, maxLength: 60 }), (commands) => {
        const session = startSession();
        const result = runCommands(session, [...commands, 'settle']);
        if (result.kind === 'hang') return;
        expect(violations(session.world)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('the same commands give the same trace', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 5, maxLength: 40 }), (commands) => {
        const [one, two] = [startSession(), startSession()];
        runCommands(one, commands);
        runCommands(two, commands);
        expect(two.trace).toEqual(one.trace);
      }),
      { numRuns: 100 },
    );
  });
});
