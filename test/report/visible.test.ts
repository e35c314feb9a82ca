import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible, visibleLabel } from '../../src/report/visible.ts';

describe('text made visible', () => {
  it('is left alone if it is plain', () => {
    expect(visible('3f202000.mmc -> soc: clocks, é 日本 \u{1f600} \\ "')).toBe(
      '3f202000.mmc -> soc: clocks, é 日本 \u{1f600} \\ "',
    );
  });

  it('has control characters, direction marks, lone surrogates and what XML forbids spelled out', () => {
    expect(visible('a\nb\u0000\u001b\u202e\ud800\ufffe\uffff')).toBe(
      'a\\x0ab\\x00\\x1b\\u{202e}\\u{d800}\\u{fffe}\\u{ffff}',
    );
  });

  it('is never cut, and a pair of surrogates is never split', () => {
    const long = `${'x'.repeat(199)}${'\u{1f600}'.repeat(300)}\n${'y'.repeat(500)}`;
    expect(visible(long)).toBe(long.replace('\n', '\\x0a'));
  });

  it('is one line of characters that XML 1.0 allows, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        expect(visible(text)).toMatch(/^[\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
      }),
    );
  });

  it('is cut after 200 characters in a label', () => {
    expect(visibleLabel('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`);
  });
});
