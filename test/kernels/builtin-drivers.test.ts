import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/diagnostic.ts';
import { builtinDriversOf, recognizeKernel } from '../../src/kernels/index.ts';
import { type WrittenKernel, writeKernel } from '../support/kernel-writer.ts';

function driversIn(kernel: WrittenKernel) {
  const file = recognizeKernel(writeKernel(kernel), 'Image');
  if (file.kind !== 'kernel') throw new Error('not seen as a kernel');
  return builtinDriversOf(file.kernel);
}

const UART = { name: 'imx-uart', compatibles: ['fsl,imx6q-uart', 'fsl,imx21-uart'], level: 6 };
const CLOCK = { name: 'imx8mp-ccm', compatibles: ['fsl,imx8mp-ccm'], level: 2 };
const DMA = { name: 'imx-sdma', compatibles: ['fsl,imx7d-sdma'], level: 6, asynchronous: true };

describe.each([false, true])('an arm64 kernel image (pointers filled in by relocations: %s)', (relocated) => {
  it('tells its drivers, what they match and in which order their initcalls register them', () => {
    expect(driversIn({ drivers: [UART, CLOCK, DMA], relocated }).drivers).toEqual([
      { name: 'imx8mp-ccm', compatibles: CLOCK.compatibles, level: 'postcore', asynchronous: false },
      { name: 'imx-uart', compatibles: UART.compatibles, level: 'device', asynchronous: false },
      { name: 'imx-sdma', compatibles: DMA.compatibles, level: 'device', asynchronous: true },
    ]);
  });

  it('tells the same where its symbols are laid out as in 6.2', () => {
    const kernel = { drivers: [UART, CLOCK, DMA], early: ['arm,gic-v3'], relocated };
    const found = driversIn({ ...kernel, layout: '6.2' });
    expect(found.hasSymbols).toBe(true);
    expect(found).toEqual(driversIn(kernel));
    expect(found.early).toEqual(['arm,gic-v3']);
  });

  it('tells early declarations from drivers', () => {
    const found = driversIn({ drivers: [UART], early: ['arm,gic-v3', 'fixed-clock'], relocated });
    expect(found.early).toEqual(['arm,gic-v3', 'fixed-clock']);
    expect(found.drivers.map(({ name }) => name)).toEqual(['imx-uart']);
  });

  it('puts a driver that no initcall is seen to register behind the others', () => {
    const { level, ...unseen } = CLOCK;
    expect(level).toBe(2);
    const names = driversIn({ drivers: [unseen, UART], relocated }).drivers.map(({ name }) => name);
    expect(names).toEqual(['imx-uart', 'imx8mp-ccm']);
  });

  it('says so where it has no symbols', () => {
    const found = driversIn({ drivers: [UART, CLOCK], relocated, withoutSymbols: true });
    expect(found.limits.join()).toContain('CONFIG_KALLSYMS_ALL');
    expect(found.drivers.map(({ name, level }) => [name, level])).toEqual([
      ['imx-uart', undefined],
      ['imx8mp-ccm', undefined],
    ]);
  });
});

describe('what is no kernel image', () => {
  it.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('this is a letter, not a kernel. '.repeat(8))],
    [
      'an ELF header without a body',
      Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, ...new Array(70).fill(0xff)]),
    ],
  ])('%s is refused in words', (_, bytes) => {
    expect(() => recognizeKernel(bytes, 'file')).toThrow(InputError);
  });

  it('a damaged image gives drivers, or none, or an error in words', () => {
    const whole = writeKernel({ drivers: [UART, CLOCK], early: ['arm,gic-v3'], relocated: true });
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 20 }),
        (length, changes) => {
          const bytes = whole.slice(0, Math.max(length, 0x40));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          try {
            const file = recognizeKernel(bytes, 'damaged');
            if (file.kind === 'kernel') expect(builtinDriversOf(file.kernel).drivers.length).toBeLessThan(10);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
