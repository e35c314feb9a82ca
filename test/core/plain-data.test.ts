import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, clonePlain, plainDifferences } from '../../src/core/index.ts';

/** Plain data of any kind, with keys and texts that mean something to JSON or to JavaScript. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', '"', '\\', '\u2028', '\ud800', '0', '10', '9', 'a,b', ''),
);
const { plain } = fc.letrec((tie) => ({
  plain: fc.oneof(
    { maxDepth: 4 },
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('plain'), { maxLength: 4 }),
    fc.dictionary(text, tie('plain'), { maxKeys: 4 }),
  ),
}));

/** The same data with the keys of all objects the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, reversed(part)]),
  );
}

describe('the text of plain data', () => {
  it('is JSON that gives the data back', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(plainDifferences(JSON.parse(canonicalText(value)), value)).toEqual([]);
      }),
    );
  });

  it('does not depend on the order in which keys were set', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(canonicalText(reversed(value))).toBe(canonicalText(value));
      }),
    );
  });

  it('is the same for a copy, and is different where a difference is found', () => {
    fc.assert(
      fc.property(plain, plain, (one, other) => {
        expect(canonicalText(clonePlain(one))).toBe(canonicalText(one));
        expect(canonicalText(one) === canonicalText(other)).toBe(plainDifferences(one, other).length === 0);
      }),
    );
  });

  it('sorts keys by code unit and leaves no space', () => {
    expect(canonicalText({ b: [1, -0, undefined, 'x"'], a: { 10: true, 9: new Int32Array([1, 2]) } })).toBe(
      '{"a":{"10":true,"9":[1,2]},"b":[1,0,null,"x\\""]}',
    );
  });
});
