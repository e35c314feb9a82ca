import { alg } from '@dagrejs/graphlib';
import { describe, expect, it } from 'vitest';
import { linksOf } from '../../src/analysis/links.ts';
import { toGraph } from '../../src/analysis/to-graph.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { bootBoard } from '../../src/probe/index.ts';
import { exampleBoard } from '../support/shared-data.ts';
import { tinyWorld } from '../support/tiny-world.ts';

describe('a world as a graph', () => {
  const world = tinyWorld(
    ['platform', 'soc < platform', 'dma < soc', 'uart < soc', 'leds < platform'],
    ['uart -> dma', 'leds ~> uart'],
  );
  const graph = toGraph(world);

  it('is directed and compound, may have several edges between two nodes, and says which kernel it follows', () => {
    expect([graph.isDirected(), graph.isCompound(), graph.isMultigraph()]).toEqual([true, true, true]);
    expect(graph.graph()).toEqual({ kernel: '6.12', fwDevlink: 'rpm' });
  });

  it('has a node for each device but the root, in registration order', () => {
    expect(graph.nodes()).toEqual(['platform:soc', 'platform:dma', 'platform:uart', 'platform:leds']);
    expect(graph.node('platform:uart')).toEqual({ name: 'uart', bus: 'platform', node: null, driver: null });
  });

  it('nests devices in their parents', () => {
    expect(graph.children('platform:soc')).toEqual(['platform:dma', 'platform:uart']);
    expect(graph.parent('platform:uart')).toBe('platform:soc');
    expect(graph.parent('platform:soc')).toBeUndefined();
    expect(graph.children()).toEqual(['platform:soc', 'platform:leds']);
  });

  it('has an edge from consumer to supplier for each link, named as in /sys/class/devlink', () => {
    // Its link moved the UART behind the LEDs in dpm_list.
    expect(graph.edges()).toEqual([
      { v: 'platform:leds', w: 'platform:uart', name: 'platform:uart--platform:leds' },
      { v: 'platform:uart', w: 'platform:dma', name: 'platform:dma--platform:uart' },
    ]);
    const edge = graph.edge('platform:leds', 'platform:uart', 'platform:uart--platform:leds');
    expect(edge.flags).toContain('SYNC_STATE_ONLY');
    expect(edge).toMatchObject({ status: 'dormant', causes: [] });
  });

  it('has the root as a node only where a link has it as an end', () => {
    const rooted = toGraph(tinyWorld(['platform', 'uart < platform'], ['uart -> platform']));
    expect(rooted.nodes()).toEqual(['platform:uart', 'platform:platform']);
    expect(rooted.node('platform:platform').name).toBe('platform');
    expect(rooted.successors('platform:uart')).toEqual(['platform:platform']);
  });

  it.each(['__proto__', 'constructor', '10', '<script>'])('loses no device called %j', (name) => {
    const odd = toGraph(
      tinyWorld(['platform', `${name} < platform`, 'uart < platform'], [`uart -> ${name}`]),
    );
    expect(odd.nodes()).toEqual([`platform:${name}`, 'platform:uart']);
    expect(odd.predecessors(`platform:${name}`)).toEqual(['platform:uart']);
  });

  it("can be used with graphlib's algorithms: a supplier comes behind its consumers", () => {
    expect(alg.isAcyclic(graph)).toBe(true);
    const order = alg.topsort(graph);
    expect(order.indexOf('platform:leds')).toBeLessThan(order.indexOf('platform:uart'));
    expect(order.indexOf('platform:uart')).toBeLessThan(order.indexOf('platform:dma'));
  });
});

it.each(['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'])('the graph of %s is what links answers', (name) => {
  const world = bootBoard(readDeviceTree(exampleBoard(name), { input: name }));
  const graph = toGraph(world);
  const { devices, links } = linksOf(world);
  expect(graph.nodes()).toEqual(devices.map((device) => device.id));
  expect(devices.map((device) => graph.parent(device.id) ?? null)).toEqual(
    devices.map((device) => device.parent),
  );
  expect(graph.edgeCount()).toBe(links.length);
  expect(graph.edges().map((edge) => ({ supplier: edge.w, consumer: edge.v, ...graph.edge(edge) }))).toEqual(
    links,
  );
});
