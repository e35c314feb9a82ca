import { describe, expect, it } from 'vitest';
import { devgraph } from '../support/run-cli.ts';

const CONSUMER = `dev clk
dev uart
drv d match=clk,uart ops=rpm
rpm enable clk
rpm enable uart
`;
const HOLDS = `${CONSUMER}link uart clk pm_runtime
actor driver
rpm get_sync uart
rpm put uart
`;
const LATE_LINK = `${CONSUMER}actor driver
rpm get_sync uart
link uart clk pm_runtime
`;

describe('devgraph explore', () => {
  it('says that all invariants hold, and in how much', async () => {
    const { status, stdout } = await devgraph('explore w.scn', { 'w.scn': HOLDS });
    expect(status).toBe(0);
    expect(stdout.split('\n')[0]).toBe(
      'w.scn: 18 invariants hold in all that can be reached: 11 states, 10 steps between them (Linux 6.12)',
    );
  });

  it('prints the shortest way to what is wrong, as steps and as a scenario, and exits with 1', async () => {
    const files = { 'w.scn': LATE_LINK };
    const { status, stdout } = await devgraph('explore w.scn --invariant no-active-over-suspended', files);
    expect(status).toBe(1);
    expect(stdout).toBe(`w.scn: uart is active over its supplier clk, which is suspended
  no-active-over-suspended: No device is active while a supplier over a
    PM_RUNTIME link is suspended, whatever came before.

3 steps lead there, and no fewer:
   1  driver  rpm get_sync uart              uart runtime_resume begins
              uart is resuming
   2  driver  uart runtime_resume returns 0  returns 0
              uart is active
   3  driver  link uart clk pm_runtime       returns 1

the same as a scenario, for devgraph simulate and for a kernel:

    dev clk
    dev uart
    drv d match=clk,uart ops=rpm
    rpm enable clk
    rpm enable uart
    settle
    rpm get_sync uart
    link uart clk pm_runtime
    settle

4 states, 3 steps between them until then (Linux 6.12)
`);
  });

  it('never claims more than it has looked at', async () => {
    const first = async (options: string) => {
      const { status, stdout } = await devgraph(`explore w.scn ${options}`, { 'w.scn': HOLDS });
      expect(status).toBe(0);
      return stdout.split('\n')[0];
    };
    expect(await first('--depth 4')).toBe(
      'w.scn: NOT ALL WAS LOOKED AT; none of 17 invariants is broken in paths of up to 4 steps: 5 states, 4 steps between them; there are more (Linux 6.12)',
    );
    expect(await first('--max-states 5')).toContain(
      'NOT ALL WAS LOOKED AT; none of 17 invariants is broken in 6',
    );
    expect(await first('--walk 3')).toBe(
      'w.scn: NOT ALL WAS LOOKED AT; none of 17 invariants is broken in 3 random walks: 11 states, 30 steps between them; there may be more (Linux 6.12)',
    );
    expect(await first('--depth 10')).toContain('hold in all that can be reached');
  });

  it('walks the same way for the same seed', async () => {
    const files = { 'w.scn': `${LATE_LINK}actor other\nrpm get_sync clk\nrpm put clk\n` };
    const line = 'explore w.scn --walk 50 --invariant no-active-over-suspended --json --seed';
    const [one, again, other] = [
      await devgraph(`${line} 1`, files),
      await devgraph(`${line} 1`, files),
      await devgraph(`${line} 2`, files),
    ];
    expect(one.stdout).toBe(again.stdout);
    // However a walk comes to it, what it needs is the same.
    expect(JSON.parse(one.stdout)).toMatchObject({
      coverage: 'breach',
      breach: { invariant: 'no-active-over-suspended' },
    });
    expect(JSON.parse(one.stdout).breach.steps).toHaveLength(3);
    expect(JSON.parse(other.stdout).breach.steps).toEqual(JSON.parse(one.stdout).breach.steps);
  });

  it('says which invariants a command takes the ground from', async () => {
    const { stdout } = await devgraph('explore w.scn', { 'w.scn': `${HOLDS}rpm force_suspend uart\n` });
    expect(stdout).toContain('not asked, as a command of the scenario takes their ground:');
    expect(stdout.replace(/\s+/g, ' ')).toContain('suspend-unused, callbacks-apart, child-count');
  });

  it.each([
    ['dev a\n', 'w.scn, line 1: nobody acts'],
    ['actor\n', 'w.scn, line 1: the actor has no name'],
    ['actor a b\n', "w.scn, line 1: an actor is not 'b'; it may be repeats and unfreezable"],
    ['actor a\nactor a\n', "w.scn, line 2: a second actor 'a'"],
    ['actor a\n', "the actor 'a' does nothing"],
    ['actor a\nrpm fly b\n', 'w.scn, line 2: "fly" is no operation of rpm'],
    ['outcome a fly 0\n', "w.scn, line 1: 'fly' is no callback"],
    ['outcome a probe 0,x\n', "'0,x' is no list of whole numbers; write 0,-16"],
    ['outcome a probe\n', 'an outcome has one list of values'],
    [
      'dev a\ndrv d match=a\non a remove unbind a\nunbind a\nactor x\nsettle\n',
      'the setup never ends: what stands before the first actor hangs the kernel',
    ],
  ])('%j: %s', async (text, message) => {
    const { status, stderr } = await devgraph('explore w.scn', { 'w.scn': text });
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it('knows its invariants', async () => {
    const { stdout } = await devgraph('explore --invariants');
    expect(stdout).toContain('supplier-active\n    A device that a runtime resume has brought up');
    const { status, stderr } = await devgraph('explore w.scn --invariant none', { 'w.scn': HOLDS });
    expect(stderr).toContain("no invariant 'none'; there are supplier-active, parent-active");
    expect(status).toBe(2);
  });
});
