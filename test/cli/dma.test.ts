import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { dmaDesignsSchema } from '../../src/report/dma-designs-schema.ts';
import { devgraph } from '../support/run-cli.ts';

const file = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/dma/${name}`, import.meta.url)), 'utf8');
const FILES = { 'hold.yaml': file('hold-from-request-to-release.yaml') };

describe('devgraph dma', () => {
  it('prints a row for each policy, what it is, and what went wrong', async () => {
    const { stdout, status } = await devgraph('dma hold.yaml --policy hold,attach,channel', FILES, {
      columns: 120,
    });
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    const title = lines.findIndex((line) => line.startsWith('policy '));
    expect(lines.slice(title, title + 4)).toEqual([
      'policy   put off  links  order    engine on  resumes  latency  atomic  done  lost',
      'hold           0      0  luck    2021ms 67%        1      0ms       0     1     0',
      'attach         0      3  link       24ms 1%        4      1ms       0     1     0',
      'channel        0      5  link   3020ms 100%        0      0ms       0     1     0',
    ]);
    expect(stdout).toContain(
      '\nhold: no link; the engine is held from request to release\n  nothing went wrong\n',
    );
    expect(stdout).toContain(
      '  kernel-warning: WARNING at drivers/base/core.c:1448 device_links_driver_bound, 5 times',
    );
  });

  it('takes the policies of the file, and gives JSON that its schema knows', async () => {
    const { stdout } = await devgraph('dma hold.yaml --json', FILES);
    const result = JSON.parse(stdout);
    expect(dmaDesignsSchema.parse(result)).toEqual(result);
    expect(result.policies.map(({ policy }: { policy: string }) => policy)).toEqual([
      'hold',
      'engine-pm-runtime',
      'attach',
    ]);
  });

  it('parts policies at commas, but not those of a spelled-out link', async () => {
    const { stdout } = await devgraph(
      'dma hold.yaml --policy hold,engine,stateless,pm_runtime --policy count+late --json',
      FILES,
    );
    const { policies } = JSON.parse(stdout);
    expect(policies.map(({ policy }: { policy: string }) => policy)).toEqual([
      'hold',
      'engine,stateless,pm_runtime',
      'count+late',
    ]);
  });

  it('ends with 1 if something that the workload expects does not come', async () => {
    const wrong = FILES['hold.yaml'].replace('on: 2021ms', 'on: 20ms');
    const { stdout, status } = await devgraph('dma wrong.yaml', { 'wrong.yaml': wrong });
    expect(status).toBe(1);
    expect(stdout).toContain(
      '1 of 13 expectations of the workload did not come:\n  hold: on is 2021ms, not 20ms\n',
    );
  });

  it.each([
    ['dma', 'name a workload'],
    ['dma hold.yaml --policy holf', "'holf' is no policy; did you mean hold?"],
    ['dma hold.yaml --policy ,', '--policy names no policy'],
    ['dma bad.yaml', "bad.yaml, line 1, column 1: there is no key 'engine' here; did you mean engines?"],
  ])('%s: %s', async (line, words) => {
    const { status, stderr } = await devgraph(line, { ...FILES, 'bad.yaml': 'engine: {}\n' });
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });

  it('runs a scenario under each policy, and holds what it expects against each', async () => {
    const files = {
      'port.yaml': readFileSync(
        fileURLToPath(new URL('../../examples/scenarios/dma-serial-port.yaml', import.meta.url)),
        'utf8',
      ),
    };
    const line =
      'dma port.yaml --policy none,hold,count,prepare,engine-pm-runtime,channel-stateless-pm-runtime';
    const { stdout, status } = await devgraph(line, files, { columns: 120 });
    expect(status).toBe(0);
    expect(stdout).toContain('42 expectations of the scenario hold.');
    const result = JSON.parse((await devgraph(`${line} --json`, files)).stdout);
    expect(dmaDesignsSchema.parse(result)).toEqual(result);
    const rows = Object.fromEntries(
      result.policies.map(({ policy, order, on, done }: Record<string, unknown>) => [
        policy,
        { order, on, done },
      ]),
    );
    // Registered behind its client, the engine is suspended first unless a link says otherwise.
    for (const policy of ['none', 'hold', 'count', 'prepare'])
      expect(rows[policy]).toMatchObject({ order: 'against', done: 2 });
    for (const policy of ['engine-pm-runtime', 'channel-stateless-pm-runtime'])
      expect(rows[policy]).toMatchObject({ order: 'link', done: 2 });
    // 10 ms from get_sync to put, and 2 ms to resume the engine; held, it is on for all of the second.
    expect(rows.prepare.on).toBe(12);
    expect(rows['channel-stateless-pm-runtime'].on).toBe(12);
    expect(rows.hold.on).toBeGreaterThan(1000);
  });

  it('refuses for a scenario what only a workload can follow', async () => {
    const scenario = { 'x.yaml': 'devices: [a]\nsteps:\n  - settle\n' };
    const { stderr, status } = await devgraph('dma x.yaml --policy engine+noirq', scenario);
    expect(status).toBe(2);
    expect(stderr).toContain("'engine+noirq': noirq is for workloads");
  });
});
