import { describe, expect, it } from 'vitest';
import { dmaRequestsOf } from '../../src/analysis/dma-requests.ts';
import { linksOf } from '../../src/analysis/links.ts';
import { findDevices } from '../../src/analysis/why.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import type { Board, World } from '../../src/core/index.ts';
import { bootBoardWithDma, type DmaLinkPolicyName, readDmaLinkPolicy } from '../../src/dma/index.ts';
import { allDrivers } from '../../src/probe/index.ts';
import { type NodeDescription, node, type Properties, writeFdt } from '../support/fdt-writer.ts';

const uart = (name: string, properties: Properties) =>
  node(name, { compatible: 'test,uart', ...properties } as Properties);
const dma = (name: string, phandle: number, properties: Properties = {}) =>
  node(name, { compatible: 'test,dma', phandle, '#dma-cells': 1, ...properties } as Properties);

function boardOf(...nodes: readonly NodeDescription[]): Board {
  return readDeviceTree(writeFdt(node('', { compatible: 'test,board' }, nodes)));
}

function boot(board: Board, policy: DmaLinkPolicyName | `${string},${string}`): World {
  return bootBoardWithDma(board, { drivers: allDrivers('arm64') }, readDmaLinkPolicy(policy));
}

const bound = (world: World) => world.devices.filter(({ bound: isBound }) => isBound).map(({ name }) => name);

/** `uart -> supplier status flags` */
function linksText(world: World): string[] {
  return linksOf(world).links.map(
    ({ consumer, supplier, status, flags }) => `${consumer} -> ${supplier} ${status} ${flags.join(',')}`,
  );
}

/** A client that stands before its engine, with two channels. */
const CLIENT_FIRST = boardOf(uart('uart', { dmas: [1, 4, 1, 5], 'dma-names': ['rx', 'tx'] }), dma('dma', 1));

describe('a driver that requests channels by name', () => {
  it('is deferred until the engine has registered, and then gets one channel for each name', () => {
    const world = boot(CLIENT_FIRST, 'none');
    expect(dmaRequestsOf(world)).toEqual({
      requests: [
        { name: 'rx', channel: ':dma0chan0', deferrals: 1 },
        { name: 'tx', channel: ':dma0chan1', deferrals: 0 },
      ].map((row) => ({
        client: 'platform:uart',
        result: 0,
        engine: 'platform:dma',
        link: null,
        refused: null,
        ...row,
      })),
      deferredByRequest: 1,
      deferredByLink: 0,
      warnings: [],
    });
    expect(linksText(world)).toEqual([]);
    expect(bound(world)).toContain('uart');
  });

  it('goes without a channel that the driver of the engine gives to nobody, and does not wait for it', () => {
    const mxs = node('dma', {
      compatible: 'fsl,imx28-dma-apbx',
      phandle: 1,
      '#dma-cells': 1,
      'dma-channels': 5,
    });
    const world = boot(
      boardOf(uart('uart', { dmas: [1, 4, 1, 5], 'dma-names': ['rx', 'tx'] }), mxs),
      'engine',
    );
    const results = dmaRequestsOf(world).requests.map(({ name, result }) => [name, result]);
    expect(results).toEqual([
      ['rx', 0],
      ['tx', -19],
    ]);
    expect(bound(world)).toContain('uart');
  });

  it('has one device link for all channels of an engine, and one for each where channels are the suppliers', () => {
    expect(linksText(boot(CLIENT_FIRST, 'engine'))).toEqual([
      'platform:uart -> platform:dma active AUTOREMOVE_CONSUMER,MANAGED',
    ]);
    expect(linksText(boot(CLIENT_FIRST, 'channel-stateless'))).toEqual([
      'platform:uart -> :dma0chan0 not tracked STATELESS',
      'platform:uart -> :dma0chan1 not tracked STATELESS',
    ]);
  });

  it('is linked to channels that have no driver: the kernel warns once for each link, and takes them for active', () => {
    const world = boot(CLIENT_FIRST, 'channel');
    expect(linksText(world)).toEqual([
      'platform:uart -> :dma0chan0 active AUTOREMOVE_CONSUMER,MANAGED',
      'platform:uart -> :dma0chan1 active AUTOREMOVE_CONSUMER,MANAGED',
    ]);
    expect(dmaRequestsOf(world).warnings).toEqual([
      { place: 'drivers/base/core.c:1448 device_links_driver_bound', times: 2 },
    ]);
  });

  it('goes without channels where device_link_add() refuses the link, and leaves them to others', () => {
    const world = boot(CLIENT_FIRST, 'channel-stateless-autoremove');
    const { requests } = dmaRequestsOf(world);
    expect(requests.map(({ result, refused }) => [result, refused])).toEqual([
      [-22, 'STATELESS with a flag of managed links'],
      [-22, 'STATELESS with a flag of managed links'],
    ]);
    // Both came to the first channel: what is refused has not kept it.
    expect(requests.map(({ channel }) => channel)).toEqual([':dma0chan0', ':dma0chan0']);
    expect(linksText(world)).toEqual([]);
    expect(bound(world)).toContain('uart');
  });

  it('holds back nobody else when it is deferred after a first channel: what it had is given back', () => {
    // The second engine's node comes last, so that the first request is granted before the second one defers.
    const board = boardOf(
      dma('dma', 1),
      uart('uart', { dmas: [1, 1, 2, 1], 'dma-names': ['rx', 'tx'] }),
      dma('other-dma', 2),
    );
    const world = boot(board, 'engine-stateless');
    const { requests, deferredByRequest } = dmaRequestsOf(world);
    expect(requests.map(({ channel }) => channel)).toEqual([':dma0chan0', ':dma1chan0']);
    expect(deferredByRequest).toBe(1);
    const link = world.links.find((one) => one !== undefined)!;
    expect(world.links.filter((one) => one !== undefined)).toHaveLength(2);
    expect(link.references).toBe(1);
  });

  it('probes never again where a persistent managed link to a channel is left over from a deferral', () => {
    const board = boardOf(
      dma('dma', 1),
      uart('uart', { dmas: [1, 1, 2, 1], 'dma-names': ['rx', 'tx'] }),
      dma('other-dma', 2),
    );
    const stuck = boot(board, 'channel-persistent');
    expect(bound(stuck)).not.toContain('uart');
    const [id] = findDevices(stuck, 'uart');
    expect(stuck.devices[id!]!.deferredReason).toBe('supplier dma0chan0 not ready');
    expect(bound(boot(board, 'channel'))).toContain('uart');
    expect(bound(boot(board, 'engine-persistent'))).toContain('uart');
  });

  it('takes another engine for each of two requests where several entries have one name', () => {
    const board = boardOf(
      dma('dma', 1),
      dma('other-dma', 2),
      uart('uart', { dmas: [1, 1, 2, 1], 'dma-names': ['rx', 'rx'] }),
      uart('other-uart', { dmas: [1, 2, 2, 2], 'dma-names': ['rx', 'rx'] }),
    );
    const engines = dmaRequestsOf(boot(board, 'engine')).requests.map(({ engine }) => engine);
    expect(engines).toEqual(['platform:other-dma', 'platform:dma']);
  });

  it('reaches the engine behind a router', () => {
    const board = boardOf(
      node('mux', { compatible: 'test,mux', phandle: 2, '#dma-cells': 1, 'dma-masters': 1 }),
      dma('dma', 1),
      uart('uart', { dmas: [2, 7], 'dma-names': 'rx' }),
    );
    const [request] = dmaRequestsOf(boot(board, 'engine')).requests;
    expect(request).toMatchObject({ result: 0, engine: 'platform:dma', link: 'platform:dma' });
  });

  it.each([
    ['dmas without names', { dmas: [1, 4] }, []],
    ['a name without an entry', { dmas: [1, 4], 'dma-names': ['rx', 'tx'] }, [0, -19]],
    ['names without dmas', { 'dma-names': ['rx'] }, [-19]],
    ['an entry with too few cells', { dmas: [1], 'dma-names': ['rx'] }, [-19]],
    ['an entry left out', { dmas: [0, 1, 4], 'dma-names': ['rx', 'tx'] }, [-19, 0]],
    ['an entry that names no node', { dmas: [9, 4], 'dma-names': ['rx'] }, [-19]],
  ])('%s: requests end in %j', (_, properties, results) => {
    const world = boot(boardOf(dma('dma', 1), uart('uart', properties)), 'engine');
    expect(dmaRequestsOf(world).requests.map(({ result }) => result)).toEqual(results);
    expect(bound(world)).toContain('uart');
  });

  it('waits for ever for an engine that is disabled', () => {
    const board = boardOf(
      uart('uart', { dmas: [1, 4], 'dma-names': 'rx' }),
      dma('dma', 1, { status: 'disabled' }),
    );
    const world = boot(board, 'none');
    expect(dmaRequestsOf(world).requests).toMatchObject([{ result: -517 }]);
    expect(bound(world)).not.toContain('uart');
  });
});

describe('the policy at device creation', () => {
  it('defers the client by its link, so that no request sees -EPROBE_DEFER', () => {
    const world = boot(CLIENT_FIRST, 'at-creation');
    const { deferredByRequest, deferredByLink, requests } = dmaRequestsOf(world);
    expect({ deferredByRequest, deferredByLink }).toEqual({ deferredByRequest: 0, deferredByLink: 1 });
    expect(requests.map(({ link, deferrals }) => [link, deferrals])).toEqual([
      ['platform:dma', 0],
      ['platform:dma', 0],
    ]);
  });

  it('lets the console probe without its engine, which then is asked for too early after all', () => {
    const board = readDeviceTree(
      writeFdt(
        node('', { compatible: 'test,board' }, [
          node('chosen', { 'stdout-path': '/uart' }),
          uart('uart', { dmas: [1, 4], 'dma-names': 'rx' }),
          dma('dma', 1),
        ]),
      ),
    );
    expect(dmaRequestsOf(boot(board, 'at-creation')).deferredByRequest).toBe(1);
  });

  it('closes a cycle with a client that its engine needs, and the kernel relaxes it; a link at the request is refused', () => {
    // The engine's clock is a part of the client.
    const board = boardOf(
      uart('uart', { phandle: 2, '#clock-cells': 0, dmas: [1, 4], 'dma-names': 'rx' }),
      dma('dma', 1, { clocks: 2 }),
    );
    const relaxed = boot(board, 'at-creation');
    expect(linksOf(relaxed).cycles).toEqual([['/uart', '/dma']]);
    const asked = boot(board, 'engine');
    expect(linksOf(asked).cycles).toEqual([]);
    // The engine waits for its clock, and the clock for its engine: neither probes.
    expect(bound(asked)).not.toContain('dma');
    expect(dmaRequestsOf(asked).requests).toMatchObject([{ result: -517 }]);
  });
});

describe('a link to an engine that depends on the client', () => {
  // The engine's clock is below the client, which therefore cannot be made to wait for the engine.
  const board = boardOf(
    node('combo', { compatible: ['test,combo', 'simple-mfd'], dmas: [1, 4], 'dma-names': 'rx' }, [
      node('clock', { compatible: 'test,clock', phandle: 2, '#clock-cells': 0 }),
    ]),
    dma('dma', 1, { clocks: 2 }),
  );

  it.each(['engine', 'channel', 'engine-stateless'] as const)(
    'is refused with policy %s, and the client goes without the channel',
    (policy) => {
      const world = boot(board, policy);
      expect(dmaRequestsOf(world).requests).toMatchObject([
        { result: -22, refused: 'supplier depends on the consumer', link: null, deferrals: 1 },
      ]);
      expect(bound(world)).toContain('combo');
    },
  );

  it('is relaxed as a cycle if fw_devlink makes it', () => {
    const { cycles } = linksOf(boot(board, 'at-creation'));
    expect(cycles).toHaveLength(1);
    expect(cycles[0]).toContain('/dma');
    expect(cycles[0]).toContain('/combo');
  });
});
