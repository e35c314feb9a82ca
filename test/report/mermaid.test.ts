import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linksMermaid, orderMermaid } from '../../src/report/mermaid.ts';
import { visibleLabel } from '../../src/report/visible.ts';
import {
  EXAMPLE_BOARDS,
  exampleResults,
  HOSTILE_NAMES,
  LINKS,
  linksNamed,
  ORDER,
  orderNamed,
} from './small-results.ts';

/** What a quoted label shows: its lines. Only characters that mean nothing to Mermaid may stand in it unescaped. */
function labelLines(label: string): string[] {
  if (!/^(?:[A-Za-z0-9 .,:@/-]|#\d+;|<br\/>)+$/.test(label)) throw new Error(`not harmless: ${label}`);
  return label
    .split('<br/>')
    .map((line) => line.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))));
}

interface Flowchart {
  readonly nodes: readonly {
    readonly id: string;
    readonly lines: readonly string[];
    readonly waited: boolean;
  }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly lines: readonly string[];
  }[];
  readonly frames: readonly string[];
}

/** Reads the flowcharts that devgraph writes; any line of another form is an error. */
function readFlowchart(text: string): Flowchart {
  const body = text.startsWith('---\n') ? text.slice(text.indexOf('\n---\n') + 5) : text;
  const lines = body.split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.shift()).toMatch(/^flowchart (LR|TB)$/);
  const chart = {
    nodes: [] as Flowchart['nodes'][number][],
    edges: [] as Flowchart['edges'][number][],
    frames: [] as string[],
  };
  let open = 0;
  for (const line of lines.map((one) => one.trim())) {
    const node = /^(n\d+)(?:\(\["([^"]*)"\]\)|\["([^"]*)"\](:::waited))$/.exec(line);
    const edge = /^(n\d+) (?:-->|-\.->)\|"([^"]*)"\| (n\d+)$/.exec(line);
    const frame = /^subgraph g\d+\["([^"]*)"\]$/.exec(line);
    if (node !== null) {
      chart.nodes.push({
        id: node[1]!,
        lines: labelLines((node[2] ?? node[3])!),
        waited: node[4] !== undefined,
      });
    } else if (edge !== null) {
      chart.edges.push({ from: edge[1]!, to: edge[3]!, lines: labelLines(edge[2]!) });
    } else if (frame !== null) {
      open++;
      chart.frames.push(...labelLines(frame[1]!));
    } else if (line === 'end') {
      open--;
    } else {
      expect(line).toMatch(
        /^n\d+ ~~~ n\d+$|^linkStyle [\d,]+ [a-z0-9:,\- ]+$|^classDef waited [a-z0-9:\- ]+$/,
      );
    }
  }
  expect(open).toBe(0);
  return chart;
}

describe('links in Mermaid', () => {
  it('lead from consumer to supplier, with styles by what they do and children in a frame', () => {
    expect(linksMermaid(LINKS, { title: 'board.dtb' })).toBe(`---
title: "board.dtb"
---
flowchart LR
  n0(["soc"])
  subgraph g0["children of soc"]
    n1(["7000.mmc"])
    n2(["8000.serial"])
  end
  n3(["osc"])
  n4["/gpio/pins"]:::waited
  n1 -->|"clocks, resets"| n3
  n0 -.->|"clocks<br/>sync#95;state only"| n3
  n2 -.->|"phys<br/>cycle: orders nothing"| n1
  n1 -.->|"waits for"| n4
  linkStyle 1 stroke:gray,stroke-dasharray:6 4
  linkStyle 2 stroke:red,color:red,stroke-dasharray:6 4
  linkStyle 3 stroke-dasharray:2 3
  classDef waited stroke-dasharray:2 3
`);
  });
});

describe('a suspend order in Mermaid', () => {
  it('is a numbered column with links that order and dependencies that none keeps', () => {
    expect(orderMermaid(ORDER, LINKS)).toBe(`flowchart TB
  n0(["#35;1 8000.serial<br/>child of soc"])
  n1(["#35;2 7000.mmc<br/>child of soc<br/>async"])
  n2(["#35;3 soc"])
  n3(["#35;4 osc"])
  n1 -->|"clocks, resets"| n3
  n1 -.->|"dmas<br/>no link: wrong order"| n0
  n0 ~~~ n1
  n1 ~~~ n2
  n2 ~~~ n3
  linkStyle 1 stroke:darkorange,color:darkorange,stroke-dasharray:2 3
`);
  });
});

describe('Mermaid of any names', () => {
  const shows = (name: string) => {
    const expected = visibleLabel(name) || ' ';
    const { nodes, edges } = readFlowchart(linksMermaid(linksNamed(name), { title: name }));
    expect(nodes).toHaveLength(5);
    for (const node of nodes.slice(0, 4)) expect(node.lines).toEqual([expected]);
    for (const edge of edges.slice(0, 1)) expect(edge.lines).toEqual([expected]);
    const order = readFlowchart(orderMermaid(orderNamed(name), linksNamed(name)));
    expect(order.nodes.map((node) => node.lines[0])).toEqual(
      [1, 2, 3, 4].map((place) => visibleLabel(`#${place} ${name}`)),
    );
  };

  it.each(HOSTILE_NAMES)('shows %j as it is, with what a terminal may not see escaped', (name) => {
    shows(name);
  });

  it('shows them, whatever they are', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), shows));
  });

  it.each(['1. x', '- x', 'fa:fa-car', 'a--b', '**x**', 'x.', ' x'])(
    'leaves no mark-up of %j unescaped',
    (name) => {
      const text = linksMermaid(linksNamed(name));
      expect(text).not.toContain(`"${name}"`);
    },
  );
});

describe('the bundled boards in Mermaid', () => {
  it.each(EXAMPLE_BOARDS)('%s has a node for each device and an edge for each link', (name) => {
    const { links, order } = exampleResults(name);
    const { nodes, edges, frames } = readFlowchart(linksMermaid(links));
    expect(nodes.filter((node) => !node.waited)).toHaveLength(links.devices.length);
    const waits = links.waiting.reduce((sum, row) => sum + row.nodes.length, 0);
    expect(edges).toHaveLength(links.links.length + waits);
    const parents = new Set(links.devices.map((device) => device.parent).filter((parent) => parent !== null));
    expect(frames).toHaveLength(parents.size);
    expect(readFlowchart(orderMermaid(order, links)).nodes).toHaveLength(order.suspend.length);
  });
});
