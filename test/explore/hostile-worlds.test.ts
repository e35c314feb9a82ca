import { describe, expect, it } from 'vitest';
import { explore, readExploration } from '../../src/explore/index.ts';

function read(...lines: string[]) {
  return readExploration(lines.join('\n'), 'world.scn');
}

const ACTOR = ['dev a', 'actor x', 'rpm idle a'];

describe('a world to explore', () => {
  it('may not name what nothing is ever called, in a command or in an outcome', () => {
    expect(() => read('dev a', 'actor x', 'rpm get_sync nobody')).toThrow(
      expect.objectContaining({
        place: { input: 'world.scn', line: 3 },
        message: expect.stringContaining("'nobody'"),
      }),
    );
    expect(() => read('outcome nobody runtime_resume 0,-5', ...ACTOR)).toThrow(
      expect.objectContaining({ place: { input: 'world.scn', line: 1 } }),
    );
    expect(() => read('outcome pd power_on 0,-5', 'genpd pd', ...ACTOR)).not.toThrow();
  });

  it('may name what is made later, by an actor or inside a callback', () => {
    expect(() =>
      read(...ACTOR, 'on a runtime_resume dev b', 'actor y', 'rpm get_sync b', 'dev c', 'bind c d'),
    ).not.toThrow();
  });

  it('may name the devices that the kernel makes for channels of DMA engines', () => {
    expect(() => read(...ACTOR, 'rpm get_sync dma0chan0')).not.toThrow();
  });

  it('has at most 32 commands inside each other', () => {
    const nested = (depth: number) => `${'on a runtime_resume '.repeat(depth)}rpm idle a`;
    expect(() => read(nested(32), ...ACTOR)).not.toThrow();
    expect(() => read(nested(33), ...ACTOR)).toThrow('more than 32 commands inside each other');
    expect(() => read(nested(2_000), ...ACTOR)).toThrow('more than 32 commands inside each other');
  });

  it('has the same states however few of them are kept to go on from', () => {
    const world = read(
      'dev s',
      'dev c',
      'drv d match=s,c ops=rpm',
      'rpm enable s',
      'rpm enable c',
      'link c s pm_runtime',
      'actor driver',
      'rpm get_sync c',
      'rpm put c',
      'actor sysfs',
      'unbind s',
      'bind s d',
      'outcome s runtime_resume 0,-5',
    );
    const few = explore(world, { kept: 1 });
    const { retaken, ...all } = explore(world);
    expect(few).toEqual({ ...all, retaken: few.retaken });
    expect(few.retaken).toBeGreaterThan(retaken);
  });
});
