import { describe, expect, it } from 'vitest';
import { diffSchema } from '../../src/report/schemas.ts';
import { node, type Properties, writeFdt } from '../support/fdt-writer.ts';
import { devgraph } from '../support/run-cli.ts';

const EVK = 'imx8mp-evk.dtb';
const ROCK = 'rk3399-rock-pi-4b.dtb';

const device = (name: string, properties: Properties = {}) =>
  node(name, { compatible: `test,${name}`, ...properties } as Properties);

function blob(...nodes: ReturnType<typeof node>[]): Uint8Array {
  return writeFdt(node('', { compatible: 'test,board', model: 'Test' }, nodes));
}

/** Its clock is below the client, so that client and engine depend on each other. */
const ON_A_CYCLE = blob(
  node('combo', { compatible: ['test,combo', 'simple-mfd'], dmas: [1, 4], 'dma-names': 'rx' }, [
    device('clock', { phandle: 2, '#clock-cells': 0 }),
  ]),
  device('engine', { phandle: 1, '#dma-cells': 1, clocks: 2 }),
);

async function jsonOf(line: string, files: Record<string, Uint8Array> = {}) {
  const { stdout, status } = await devgraph(`diff ${line} --json`, files);
  expect(status).toBe(0);
  const result = JSON.parse(stdout);
  expect(diffSchema.parse(result)).toEqual(result);
  return result;
}

describe('devgraph diff of a board and a DMA link policy', () => {
  it('tells new links, what is no longer luck, and phases that the order no longer needs', async () => {
    const { stdout } = await devgraph(`diff ${ROCK} --dma-links engine`, {}, { columns: 120 });
    expect(stdout).toContain('Radxa ROCK Pi 4B: --dma-links none -> --dma-links engine (');
    expect(stdout).toContain('no new cycle; the order of suspend is the same;');
    expect(stdout).toContain(
      '3 links more\n+ ff1d0000.spi -> ff6e0000.dma-controller (dmas)  active, AUTOREMOVE_CONSUMER MANAGED\n',
    );
    expect(stdout).toContain(
      '3 dependencies no longer left to list position\n- ff1d0000.spi before ff6e0000.dma-controller (dmas), by list position only\n',
    );
    expect(stdout).toContain('~ ff6d0000.dma-controller: pl330 stops it in suspend_late, which the order no');
    expect(stdout).toContain('--dma-links engine: 6 of 6 requests granted, 3 links, 0 refused');
  });

  it('compares two policies, wherever the board stands among the words', async () => {
    const forwards = await jsonOf(`${EVK} --dma-links engine at-creation`);
    const among = await jsonOf(`--dma-links engine at-creation ${EVK}`);
    expect(among).toEqual(forwards);
    expect(forwards.from.context).toBe('--dma-links engine');
    expect(forwards.links.added).toEqual([]);
    expect(forwards.links.changed).toHaveLength(8);
    // At device creation only the console asks too early.
    expect(forwards.dma.before.deferredByRequest).toBe(8);
    expect(forwards.dma.after.deferredByRequest).toBe(1);
    const { changed } = forwards.links;
    expect(changed[0].before.flags).toEqual(['AUTOREMOVE_CONSUMER', 'MANAGED']);
    expect(changed[0].after.flags).toContain('INFERRED');
  });

  it('counts pairs through the devices of channels', async () => {
    const { order } = await jsonOf(`${EVK} --dma-links engine channel-stateless`);
    expect(order.orderedPairs.after).toBe(order.orderedPairs.before);
    expect(order.moved).toEqual([]);
  });

  it('tells a new cycle and which of its edges the kernel relaxes; a request that is refused makes none', async () => {
    const files = { 'cycle.dtb': ON_A_CYCLE };
    const { stdout } = await devgraph('diff cycle.dtb --dma-links at-creation', files, { columns: 120 });
    expect(stdout).toMatch(/1 dependency cycle more\n\+ .*\/combo depends on \/engine: dmas \(relaxed\)/);
    const refused = await devgraph('diff cycle.dtb --dma-links engine', files, { columns: 120 });
    expect(refused.stdout).toContain('no new cycle');
    expect(refused.stdout).toContain(
      '1 request ended in -22 (EINVAL), as device_link_add() refused the link: supplier depends on the consumer\n' +
        '    combo rx',
    );
  });
});

describe('devgraph diff of two boards', () => {
  const clock = (phandle: number) => device('clock', { phandle, '#clock-cells': 0 });

  it('says nothing where only phandles differ', async () => {
    const one = blob(clock(1), device('uart', { clocks: 1 }));
    const two = blob(clock(77), device('uart', { clocks: 77 }));
    const diff = await jsonOf('one.dtb two.dtb', { 'one.dtb': one, 'two.dtb': two });
    const empty = { added: [], removed: [] };
    expect(diff).toMatchObject({
      devices: { ...empty, changed: [] },
      links: { ...empty, changed: [] },
      cycles: empty,
      luck: empty,
      order: { moved: [], swappedPairs: 0 },
    });
  });

  it('tells devices and links of one side only, and who moved in the order of suspend', async () => {
    const one = blob(device('first'), device('second'), device('third'), clock(1), device('gone'));
    const two = blob(device('second'), device('third'), device('first', { clocks: 1 }), clock(1));
    const files = { 'one.dtb': one, 'two.dtb': two };
    const diff = await jsonOf('one.dtb two.dtb', files);
    expect(diff.devices.removed.map(({ name }: { name: string }) => name)).toEqual(['gone']);
    expect(diff.links.added).toMatchObject([{ consumer: 'platform:first', supplier: 'platform:clock' }]);
    expect(diff.order).toMatchObject({
      devices: 4,
      swappedPairs: 3,
      moved: [{ device: 'platform:first', before: 4, after: 1 }],
    });
    const { stdout } = await devgraph('diff one.dtb two.dtb', files);
    expect(stdout).toContain('1 device less\n- gone  /gone\n');
    expect(stdout).toContain('~ first: place 4 -> 1');
  });

  it('takes a policy for both, or one for each', async () => {
    const files = { 'cycle.dtb': ON_A_CYCLE, 'other.dtb': blob(clock(1)) };
    const both = await jsonOf('cycle.dtb other.dtb --dma-links engine', files);
    expect([both.from.context, both.to.context]).toEqual(['--dma-links engine', '--dma-links engine']);
    const each = await jsonOf('cycle.dtb other.dtb --dma-links none channel', files);
    expect([each.from.context, each.to.context]).toEqual(['--dma-links none', '--dma-links channel']);
  });
});

describe('devgraph diff refuses', () => {
  it.each([
    [EVK, 'name a second board, a policy with --dma-links, or an overlay'],
    [`${EVK} --dma-links engine channel none`, "'none' is a third one"],
    [`${EVK} ${ROCK} ${EVK}`, `'${EVK}' is a third one`],
    ['--dma-links engine', 'name a board, or two'],
    [`${EVK} --dma-links nothing`, 'is no policy'],
  ])('%s: %s', async (line, words) => {
    const { status, stderr } = await devgraph(`diff ${line}`);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });
});
