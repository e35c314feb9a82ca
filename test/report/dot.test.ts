import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linksDot, orderDot } from '../../src/report/dot.ts';
import { visibleLabel } from '../../src/report/visible.ts';
import { labelLines, readDot } from './dot-reader.ts';
import {
  EXAMPLE_BOARDS,
  exampleResults,
  HOSTILE_NAMES,
  LINKS,
  linksNamed,
  ORDER,
  orderNamed,
} from './small-results.ts';

describe('links in DOT', () => {
  it('lead from consumer to supplier and are drawn by what they do; children stand in a frame behind their parent', () => {
    expect(linksDot(LINKS, { title: 'board.dtb' })).toBe(`digraph devgraph {
  graph [rankdir=LR, charset="UTF-8", labelloc=t, label="board.dtb"];
  node [shape=ellipse, fontname="sans-serif", fontsize=11];
  edge [fontname="sans-serif", fontsize=9];
  "platform:soc" [label="soc"];
  subgraph cluster_0 { style="dashed,rounded"; color=gray60; fontsize=9; fontcolor=gray40; labeljust=l; label="children of soc";
    "platform:7000.mmc" [label="7000.mmc"];
    "amba:8000.serial" [label="8000.serial"];
  }
  "platform:osc" [label="osc"];
  "/gpio/pins" [label="/gpio/pins", shape=box, style=dotted];
  "platform:7000.mmc" -> "platform:osc" [label="clocks, resets"];
  "platform:soc" -> "platform:osc" [label="clocks\\nsync_state only", style=dashed, color=gray55, fontcolor=gray40];
  "amba:8000.serial" -> "platform:7000.mmc" [label="phys\\ncycle: orders nothing", style=dashed, color=red, fontcolor=red];
  "platform:7000.mmc" -> "/gpio/pins" [label="waits for", style=dotted, fontcolor=gray40];
}
`);
  });

  it('are drawn to devices that the cut left out, under the names in their ids', () => {
    const { nodes, edges } = readDot(linksDot({ ...LINKS, devices: LINKS.devices.slice(0, 1), waiting: [] }));
    expect(nodes.map(({ name, attributes }) => [name, attributes.label])).toEqual([
      ['platform:soc', 'soc'],
      ['platform:7000.mmc', '7000.mmc'],
      ['platform:osc', 'osc'],
      ['amba:8000.serial', '8000.serial'],
    ]);
    expect(edges).toHaveLength(3);
  });

  it('say so when a driver asked for one', () => {
    const links = LINKS.links.slice(0, 1).map((link) => ({ ...link, causes: [] }));
    const [edge] = readDot(linksDot({ ...LINKS, links })).edges;
    expect(edge!.attributes.label).toBe('asked for by a driver');
  });

  it('order something though CYCLE is set if they are not SYNC_STATE_ONLY', () => {
    const links = LINKS.links.slice(0, 1).map((link) => ({ ...link, flags: ['MANAGED', 'CYCLE'] as const }));
    expect(readDot(linksDot({ ...LINKS, links })).edges[0]!.attributes).toEqual({ label: 'clocks, resets' });
  });

  it('show a waiting device that leads to a node with a device as leading to that device', () => {
    const { edges } = readDot(
      linksDot({ ...LINKS, links: [], waiting: [{ device: 'platform:soc', nodes: ['/osc'] }] }),
    );
    expect(edges.map(({ from, to }) => [from, to])).toEqual([['platform:soc', 'platform:osc']]);
  });
});

describe('a suspend order in DOT', () => {
  it('is a numbered column, held by invisible edges, with links that order and dependencies that none keeps', () => {
    expect(orderDot(ORDER, LINKS)).toBe(`digraph devgraph {
  graph [rankdir=TB, charset="UTF-8"];
  node [shape=ellipse, fontname="sans-serif", fontsize=11];
  edge [fontname="sans-serif", fontsize=9];
  "amba:8000.serial" [label="#1 8000.serial\\nchild of soc"];
  "platform:7000.mmc" [label="#2 7000.mmc\\nchild of soc\\nasync"];
  "platform:soc" [label="#3 soc"];
  "platform:osc" [label="#4 osc"];
  "platform:7000.mmc" -> "platform:osc" [label="clocks, resets", constraint=false];
  "platform:7000.mmc" -> "amba:8000.serial" [label="dmas\\nno link: wrong order", style=dotted, penwidth=1.5, color=darkorange, fontcolor=darkorange3, constraint=false];
  "amba:8000.serial" -> "platform:7000.mmc" [style=invis, weight=100];
  "platform:7000.mmc" -> "platform:soc" [style=invis, weight=100];
  "platform:soc" -> "platform:osc" [style=invis, weight=100];
}
`);
  });

  it('keeps the places of the whole order when it is cut down, and both ends of a lucky pair', () => {
    const cut = { ...ORDER, steps: ORDER.steps.filter((step) => step.device === 'platform:7000.mmc') };
    const { nodes } = readDot(orderDot(cut, LINKS));
    expect(nodes.map(({ attributes }) => labelLines(attributes.label!)[0])).toEqual([
      '#1 8000.serial',
      '#2 7000.mmc',
    ]);
  });
});

describe('DOT of any names', () => {
  const shows = (name: string) => {
    const { nodes, edges } = readDot(linksDot(linksNamed(name), { title: name }));
    expect(nodes).toHaveLength(5);
    expect(new Set(nodes.map((node) => node.name)).size).toBe(5);
    for (const node of nodes.slice(0, 4))
      expect(labelLines(node.attributes.label!)).toEqual([visibleLabel(name)]);
    for (const edge of edges.slice(0, 3))
      expect(labelLines(edge.attributes.label!)[0]).toBe(visibleLabel(name));
    const order = readDot(orderDot(orderNamed(name), linksNamed(name)));
    expect(order.nodes.map((node) => labelLines(node.attributes.label!)[0])).toEqual(
      [1, 2, 3, 4].map((place) => visibleLabel(`#${place} ${name}`)),
    );
  };

  it.each(HOSTILE_NAMES)('shows %j as it is, with what a terminal may not see escaped', (name) => {
    shows(name);
  });

  it('shows them, whatever they are', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), shows));
  });

  it('names different devices differently, even where what is shown is the same', () => {
    const ids = ['platform:a\nb', 'platform:a\\x0ab', 'platform:a\\\\x0ab', 'platform:a"b', 'platform:a\\"b'];
    const devices = ids.map((id) => ({ ...LINKS.devices[0]!, id }));
    const { nodes } = readDot(linksDot({ ...LINKS, devices, links: [], waiting: [] }));
    expect(new Set(nodes.map((node) => node.name)).size).toBe(ids.length);
  });
});

describe('the bundled boards in DOT', () => {
  it.each(EXAMPLE_BOARDS)('%s has a node for each device and an edge for each link', (name) => {
    const { links, order } = exampleResults(name);
    const { nodes, edges } = readDot(linksDot(links));
    expect(nodes.filter((node) => node.name.includes(':'))).toHaveLength(links.devices.length);
    const waits = links.waiting.reduce((sum, row) => sum + row.nodes.length, 0);
    expect(edges).toHaveLength(links.links.length + waits);
    expect(readDot(orderDot(order, links)).nodes.map((node) => node.name)).toEqual(order.suspend);
  });

  const graphviz = (() => {
    try {
      execFileSync('dot', ['-V'], { stdio: 'ignore' });
      return true;
    } catch {
      console.warn('skipped: dot of Graphviz reads the same: dot is not installed (Debian: graphviz)');
      return false;
    }
  })();

  it.skipIf(!graphviz)('are read by dot of Graphviz as they were meant, hostile names included', () => {
    const texts = [
      ...EXAMPLE_BOARDS.map((name) => linksDot(exampleResults(name).links)),
      ...HOSTILE_NAMES.map((name) => linksDot(linksNamed(name))),
    ];
    for (const text of texts) {
      const canonical = JSON.parse(
        execFileSync('dot', ['-Tdot_json'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] }).toString(),
      ) as { objects: { name: string; nodes?: number[] }[]; edges: unknown[] };
      const mine = readDot(text);
      const nodes = canonical.objects.filter((object) => object.nodes === undefined);
      expect(nodes.map((node) => node.name).sort()).toEqual(mine.nodes.map((node) => node.name).sort());
      expect(canonical.edges).toHaveLength(mine.edges.length);
    }
  });
});
