/**
 * Overlays applied by devgraph and by fdtoverlay of the device-tree compiler, which must give the same tree, in the same
 * order. Where these programs are not installed the tests are skipped and say so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Fdt, readFdt } from '../../src/boards/fdt.ts';
import { applyOverlay } from '../../src/boards/overlay.ts';
import { InputError } from '../../src/core/diagnostic.ts';
import { outline } from '../support/fdt-outline.ts';
import { overlayCases } from '../support/random-overlay.ts';

const missing = ['dtc', 'fdtoverlay'].filter(
  (program) => spawnSync(program, ['--version']).error !== undefined,
);
const reason = `${missing.join(' and ')} not installed (Debian: device-tree-compiler)`;
if (missing.length > 0) console.warn(`skipped: overlays against fdtoverlay: ${reason}`);
const describeWithTools = missing.length > 0 ? describe.skip : describe;

const folder = mkdtempSync(join(tmpdir(), 'devgraph-overlay-'));
afterAll(() => rmSync(folder, { recursive: true }));

function compile(source: string): Uint8Array {
  return execFileSync('dtc', ['-q', '-@', '-I', 'dts', '-O', 'dtb'], { input: `/dts-v1/; ${source}` });
}

function byFdtoverlay(base: Uint8Array, overlays: readonly Uint8Array[]): Fdt {
  const file = (name: string) => join(folder, name);
  writeFileSync(file('base.dtb'), base);
  for (const [index, overlay] of overlays.entries()) writeFileSync(file(`${index}.dtbo`), overlay);
  const names = overlays.map((_, index) => file(`${index}.dtbo`));
  execFileSync('fdtoverlay', ['-i', file('base.dtb'), '-o', file('out.dtb'), ...names], { stdio: 'pipe' });
  return readFdt(Uint8Array.from(readFileSync(file('out.dtb'))));
}

function byDevgraph(base: Uint8Array, overlays: readonly Uint8Array[]): Fdt {
  return overlays.reduce((tree, overlay) => applyOverlay(tree, readFdt(overlay)), readFdt(base));
}

const BASE = `/ {
  #address-cells = <1>; #size-cells = <1>;
  aliases { bus = &soc; };
  soc: soc {
    compatible = "simple-bus"; ranges;
    intc: intc@10 { reg = <0x10 4>; interrupt-controller; #interrupt-cells = <1>; };
    clk: clock@20 { reg = <0x20 4>; #clock-cells = <0>; };
    uart: serial@30 { reg = <0x30 4>; clocks = <&clk>; status = "disabled"; };
    last@40 { reg = <0x40 4>; };
  };
  leds: leds { compatible = "gpio-leds"; };
};`;

const OVERLAYS = {
  'turns a device on and gives it children': `/plugin/;
    &uart { status = "okay"; new-one = <1>; new-two = <&intc &dev>;
      dev: child@1 { a; b; c = <&clk>; sub1 { x; }; sub2 { y; }; }; child@2 { parent = <&dev>; }; };`,
  'goes to several nodes that refer to each other': `/plugin/;
    &{/leds} { red { gpio = <&gp 1>; }; green { }; };
    &{/} { gp: gpio-expander { #gpio-cells = <1>; }; soc { extra; last@40 { more = <&gp>; }; z1 { }; z2 { }; }; };`,
  'goes to an alias, to the root and to its own new nodes': `/plugin/; / {
    fragment@0 { target-path = "bus/serial"; __overlay__ { via-alias; }; };
    fragment@1 { target-path = "/"; __overlay__ { lab: rootnode { }; leds { red2 { }; }; }; };
    fragment@2 { target = <&clk>; __overlay__ { #clock-cells = <1>; made: made { }; }; };
    fragment@3 { target = <&made>; __overlay__ { into-own; deeper: deeper { }; }; };
    idle { target-path = "/nowhere"; }; };`,
  'names paths only': `/plugin/; / { fragment@0 { target-path = "/soc/clock@20"; __overlay__ { n = "x"; }; }; };`,
  'sets what the base has to nothing': `/plugin/; &intc { reg; interrupt-controller = <1>; };`,
};

describeWithTools(`an overlay applied as by fdtoverlay${missing.length > 0 ? ` (${reason})` : ''}`, () => {
  const base = missing.length > 0 ? new Uint8Array() : compile(BASE);

  it.each(Object.entries(OVERLAYS))('%s', (_, source) => {
    const overlay = compile(source);
    const expected = outline(byFdtoverlay(base, [overlay]));
    expect(expected).not.toEqual(outline(readFdt(base)));
    expect(outline(byDevgraph(base, [overlay]))).toEqual(expected);
  });

  it('comes after others', () => {
    const sources = Object.values(OVERLAYS);
    for (const order of [sources, sources.toReversed()]) {
      const overlays = order.map(compile);
      expect(outline(byDevgraph(base, overlays))).toEqual(outline(byFdtoverlay(base, overlays)));
    }
  });

  it('is any overlay', () => {
    fc.assert(
      fc.property(overlayCases({}), ({ base: random, overlay }) => {
        expect(outline(byDevgraph(random, [overlay]))).toEqual(outline(byFdtoverlay(random, [overlay])));
      }),
      { numRuns: 60 },
    );
  });

  it('has names that stand for several nodes, and is refused if it is refused there', () => {
    fc.assert(
      fc.property(overlayCases({ ambiguous: true }), ({ base: random, overlay }) => {
        const apply = (by: typeof byDevgraph) => {
          try {
            return outline(by(random, [overlay]));
          } catch (error) {
            if (error instanceof InputError || (error as { status?: number }).status === 1) return 'refused';
            throw error;
          }
        };
        expect(apply(byDevgraph)).toEqual(apply(byFdtoverlay));
      }),
      { numRuns: 60 },
    );
  });
});
