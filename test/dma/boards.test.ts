import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { orderingPath } from '../../src/analysis/dependencies.ts';
import { dmaRequestsOf } from '../../src/analysis/dma-requests.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { EPROBE_DEFER } from '../../src/core/errno.ts';
import { type Board, NeverEnds, type World } from '../../src/core/index.ts';
import { bootBoardWithDma, DMA_LINK_POLICIES, DMA_LINK_POLICY_NAMES } from '../../src/dma/index.ts';
import { allDrivers, bootBoard } from '../../src/probe/index.ts';
import { describeWithSharedData, sharedPath } from '../support/shared-data.ts';

const FOLDER = 'kernel-6.12/boards';

function blobsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? blobsBelow(path) : path.endsWith('.dtb') ? [path] : [];
    })
    .sort();
}

/** Whether drivers that request no channels hang on the board too. */
function hangsAnyway(board: Board): boolean {
  try {
    bootBoard(board, { drivers: allDrivers('arm64') });
    return false;
  } catch {
    return true;
  }
}

/** Granted channels whose engine nothing orders behind the client, by their device ids. */
function unordered(world: World): string[] {
  const events = world.events.flatMap((event) =>
    event.kind === 'dma-request' && event.result === 0 ? [event] : [],
  );
  return events
    .filter(({ client, engine }) => orderingPath(world, client, engine) === undefined)
    .map(({ client, engine }) => `${world.devices[client]!.name} -> ${world.devices[engine]!.name}`);
}

/** Clients whose request came too early, but for the console and for those whose engine is no device. */
function askedTooEarly(world: World): string[] {
  const { nodes, stdout } = world.board;
  const early = world.events.flatMap((event) =>
    event.kind === 'dma-request' && event.result === -EPROBE_DEFER ? [event] : [],
  );
  return early.flatMap(({ client }) => {
    const { node, name } = world.devices[client]!;
    const hasEngines = nodes[node]!.dmaClient!.entries.every(
      (entry) => entry === null || world.fwnodes[entry.controller]!.device >= 0,
    );
    return node === stdout || !hasEngines ? [] : [name];
  });
}

describeWithSharedData('recorded boards whose drivers request DMA channels', [FOLDER], () => {
  // All policies on all boards take a minute: each board has four of them, each policy a third of the boards.
  it('boot with every link policy, and each granted channel that makes a link orders client and engine', () => {
    const faults: string[] = [];
    const granted = new Map<string, number>();
    for (const [index, file] of blobsBelow(sharedPath(FOLDER)).entries()) {
      const board = readDeviceTree(readFileSync(file), { input: file });
      for (let step = 0; step < DMA_LINK_POLICY_NAMES.length; step += 3) {
        const name = DMA_LINK_POLICY_NAMES[(index + step) % DMA_LINK_POLICY_NAMES.length]!;
        const { policy } = DMA_LINK_POLICIES[name];
        try {
          const world = bootBoardWithDma(board, { drivers: allDrivers('arm64') }, policy);
          const { requests } = dmaRequestsOf(world);
          const count = requests.filter(({ result }) => result === 0).length;
          granted.set(name, (granted.get(name) ?? 0) + count);
          if (policy.target !== 'none' && policy.made === 'at request')
            faults.push(...unordered(world).map((pair) => `${file} ${name}: ${pair} is not ordered`));
          if (name === 'at-creation')
            faults.push(...askedTooEarly(world).map((client) => `${file}: ${client} asks too early`));
        } catch (error) {
          if (!(error instanceof NeverEnds) || !hangsAnyway(board))
            faults.push(`${file} ${name}: ${String(error)}`);
        }
      }
    }
    expect(faults).toEqual([]);
    for (const name of DMA_LINK_POLICY_NAMES) {
      const refusesAll = name === 'channel-stateless-autoremove';
      if (refusesAll) expect(granted.get(name)).toBe(0);
      else expect(granted.get(name), name).toBeGreaterThan(200);
    }
  }, 120_000);
});
