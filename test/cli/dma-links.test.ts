import { describe, expect, it } from 'vitest';
import { linksSchema } from '../../src/report/schemas.ts';
import { devgraph } from '../support/run-cli.ts';

const EVK = 'imx8mp-evk.dtb';
const ROCK = 'rk3399-rock-pi-4b.dtb';

describe('--dma-links', () => {
  it('tells of links what the requests for channels came to, and which links they made', async () => {
    const { stdout } = await devgraph(`links ${EVK} --dma-links engine`, {}, { columns: 120 });
    expect(stdout).toContain(
      'DMA channels: each granted request makes a managed link to the engine (AUTOREMOVE_CONSUMER)\n' +
        '  14 channels of 2 engines granted to 8 clients, 8 links; client probes put off: 8 by -EPROBE_DEFER of a request, 5 by\n' +
        '    a missing supplier\n',
    );
    expect(stdout).toMatch(/^30860000\.serial {2}bound to all\n( {2}.*\n)* {2}<- 30bd0000\.dma-controller/m);
  });

  it.each(['none', 'channel', 'channel-stateless-autoremove', 'at-creation', 'engine,managed,pm_runtime'])(
    'gives JSON that its schema knows (%s)',
    async (policy) => {
      const { stdout, status } = await devgraph(`links ${ROCK} --dma-links ${policy} --json`);
      expect(status).toBe(0);
      const result = JSON.parse(stdout);
      expect(linksSchema.parse(result)).toEqual(result);
      expect(result.dma.requests.length).toBeGreaterThan(5);
    },
  );

  it('orders by a link what list position alone ordered, in order, why and check', async () => {
    const pair = '30860000.serial 30bd0000.dma-controller';
    const before = await devgraph(`why ${EVK} ${pair}`);
    expect(before.stdout).toContain('With --dma-links engine: ordered by the link; no cycle.\n');
    const after = await devgraph(`why ${EVK} ${pair} --dma-links engine`);
    expect(after.stdout.split('\n')).toEqual([
      '30860000.serial suspends before 30bd0000.dma-controller, by a path of 1 step.',
      '  30860000.serial consumes 30bd0000.dma-controller: dmas in',
      '    /soc@0/bus@30800000/spba-bus@30800000/serial@30860000',
      '  (Linux 6.12, fw_devlink=rpm, arm64, dma-links engine, drivers all)',
      '',
    ]);
    const channel = await devgraph(`why ${EVK} ${pair} --dma-links channel-stateless`);
    expect(channel.stdout).toContain('dma0chan0 is a child of 30bd0000.dma-controller');
    const lucky = async (policy: string) => {
      const { stdout } = await devgraph(`order ${EVK} --dma-links ${policy} --json`);
      const { luck } = JSON.parse(stdout);
      return luck.filter(({ property }: { property: string }) => property === 'dmas').length;
    };
    expect([await lucky('none'), await lucky('engine'), await lucky('at-creation')]).toEqual([8, 0, 0]);
    const unlinked = await devgraph(`check ${EVK} --dma-links engine --rule dma-client-unlinked`);
    expect(unlinked.stdout).toMatch(/^0 findings/);
  });

  it('needs drivers', async () => {
    const { status, stderr } = await devgraph(`links ${EVK} --dma-links engine --drivers none`);
    expect(status).toBe(2);
    expect(stderr).toContain('does not go with --drivers none');
  });

  it.each([
    ['engne', 'did you mean engine?'],
    ['engine,fast', "'fast' is no word of a policy"],
  ])('refuses %s in one line: %s', async (policy, words) => {
    const { status, stderr } = await devgraph(`links ${EVK} --dma-links ${policy}`);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
