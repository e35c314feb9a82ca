import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/index.ts';
import {
  DESIGN_WORD_NAMES,
  DMA_LINK_POLICIES,
  DMA_LINK_POLICY_NAMES,
  designText,
  readDesign,
} from '../../src/dma/index.ts';

describe('a design', () => {
  it.each(DMA_LINK_POLICY_NAMES)(
    '%s has that link policy, and is awake through it if it has PM_RUNTIME',
    (name) => {
      const design = readDesign(name);
      expect(design.link).toBe(DMA_LINK_POLICIES[name].policy);
      const isAwake =
        name.includes('pm-runtime') || ['at-creation', 'channel-stateless-autoremove'].includes(name);
      expect(design.power).toBe(isAwake ? 'link' : 'always');
      expect(design).toMatchObject({
        irqSafe: false,
        stopsIn: 'suspend',
        attach: false,
        teardown: 'interrupt',
      });
    },
  );

  it.each(DESIGN_WORD_NAMES)('may have the word %s, alone and beside others, and says so', (word) => {
    expect(readDesign(word).name).toBe(word);
    const beside = readDesign(word === 'attach' ? 'attach+late' : `engine+${word}`);
    expect(designText(beside)).not.toBe(designText(readDesign(word === 'attach' ? 'late' : 'none')));
  });

  it('joins words: the link, who keeps the engine awake, and when it stops', () => {
    expect(readDesign('count+irq-safe+late')).toMatchObject({
      power: 'descriptor',
      irqSafe: true,
      stopsIn: 'suspend_late',
      link: DMA_LINK_POLICIES.none.policy,
    });
    expect(readDesign('engine,stateless,pm_runtime+noirq')).toMatchObject({
      power: 'link',
      stopsIn: 'suspend_noirq',
    });
    expect(readDesign('hold+engine').power).toBe('channel');
  });

  it.each([
    ['holf', 'did you mean hold?'],
    ['count+engin', "'engin' is no word of a policy"],
    ['engine+channel', 'names 2 link policies'],
    ['attach+engine', 'names 2 link policies'],
    ['', 'is no policy'],
    ['tostring', 'is no policy'],
    ['engine,fast', "'fast' is no word of a policy"],
  ])('%j is refused: %s', (text, words) => {
    expect(() => readDesign(text)).toThrow(InputError);
    expect(() => readDesign(text)).toThrow(words);
  });
});
