/** Random small boards, with drivers for some of their devices: the same seed gives the same board. */
import { type NodeDescription, node, type PropertyValue, tree } from '../support/fdt-writer.ts';

/** A board, its drivers in the words of module/board-drivers.c in the order in which they register, and when they do. */
export interface RandomBoard {
  readonly name: string;
  readonly devices: readonly Draft[];
  readonly drivers: readonly { readonly word: string; readonly isLate: boolean }[];
}

/** A device that is being made up: which it is, where it stands and whom it refers to. */
export interface Draft {
  readonly index: number;
  readonly parent: number;
  readonly isBus: boolean;
  /** Boot itself populates it. */
  readonly isSimple: boolean;
  readonly isDisabled: boolean;
  readonly references: readonly { readonly kind: number; readonly to: number }[];
}

/** Properties that make links, with the cells that a provider of each needs. The kernel that boots them has no genpd: power-domains makes links and holds nothing else back. */
const KINDS: readonly { readonly property: string; readonly cells: string | undefined }[] = [
  { property: 'clocks', cells: '#clock-cells' },
  { property: 'vcc-supply', cells: undefined },
  { property: 'vdd-supply', cells: undefined },
  { property: 'reset-gpios', cells: '#gpio-cells' },
  { property: 'interrupts-extended', cells: '#interrupt-cells' },
  { property: 'resets', cells: '#reset-cells' },
  { property: 'phys', cells: '#phy-cells' },
  { property: 'dmas', cells: '#dma-cells' },
  { property: 'power-domains', cells: '#power-domain-cells' },
];

/** A generator of numbers below a bound, by a word. */
function numbersOf(seed: string): (below: number) => number {
  let state = 0x811c9dc5;
  for (const letter of seed) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

function draftsOf(pick: (below: number) => number): Draft[] {
  const count = 3 + pick(12);
  const drafts: Draft[] = [];
  for (let index = 0; index < count; index++) {
    const above = drafts.filter(({ isBus }) => isBus);
    const parent = above.length > 0 && pick(2) === 0 ? above[pick(above.length)]!.index : -1;
    drafts.push({
      index,
      parent,
      isBus: pick(4) === 0,
      isSimple: pick(2) === 0,
      isDisabled: pick(10) === 0,
      // To any device, behind it or itself too: circles are wanted.
      references: Array.from({ length: pick(4) }, () => ({ kind: pick(KINDS.length), to: pick(count) })),
    });
  }
  return drafts;
}

function propertiesOf({ index, isBus, isSimple, isDisabled, references }: Draft): [string, PropertyValue][] {
  const cells = [...new Set(KINDS.flatMap((kind) => kind.cells ?? []))];
  const byProperty = new Map<string, number[]>();
  for (const { kind, to } of references) {
    const { property } = KINDS[kind]!;
    const known = byProperty.get(property) ?? [];
    // A supply names one.
    if (known.length === 0 || !property.endsWith('-supply'))
      byProperty.set(property, [...known, to + 1, ...(property === 'interrupts-extended' ? [0] : [])]);
  }
  return [
    ['compatible', isBus && isSimple ? [`t,d${index}`, 'simple-bus'] : `t,d${index}`],
    ['phandle', index + 1],
    ...cells.map((name): [string, PropertyValue] => [name, name === '#interrupt-cells' ? 1 : 0]),
    ['interrupt-controller', true],
    ...(isDisabled ? ([['status', 'disabled']] as [string, PropertyValue][]) : []),
    ...[...byProperty].map(([property, list]): [string, PropertyValue] => [property, list]),
  ];
}

/** The words of its drivers, those before the deferred-probe timeout or those behind it. */
export function wordsOf({ drivers }: RandomBoard, late: boolean): string[] {
  return drivers.filter(({ isLate }) => isLate === late).map(({ word }) => word);
}

/** Its device tree, which tells the kernel the drivers too. */
export function blobOf(board: RandomBoard): Uint8Array {
  const { devices } = board;
  const nodeOf = (draft: Draft): NodeDescription =>
    node(
      `d${draft.index}`,
      propertiesOf(draft),
      devices.filter(({ parent }) => parent === draft.index).map(nodeOf),
    );
  return tree({ compatible: 't,board', '#address-cells': 1, '#size-cells': 1 }, [
    node('chosen', [['orc,drivers', [...wordsOf(board, false), 'timeout', ...wordsOf(board, true)]]]),
    ...devices.filter(({ parent }) => parent < 0).map(nodeOf),
  ]);
}

/** The board of a seed and a number. */
export function randomBoard(seed: string, number: number): RandomBoard {
  const pick = numbersOf(`${seed}/${number}`);
  for (let warm = 0; warm < 8; warm++) pick(2);
  const devices = draftsOf(pick);
  const drivers = devices
    .filter(() => pick(6) > 0)
    .map(({ index, isBus }) => ({
      word: `${isBus ? 'p' : 'bbbssf'[pick(6)]!}:t,d${index}`,
      key: pick(1 << 30),
      isLate: pick(5) === 0,
    }))
    .sort((a, b) => a.key - b.key)
    .map(({ word, isLate }) => ({ word, isLate }));
  return { name: `${seed}-${number}`, devices, drivers };
}

/** Boards with one thing less: a device that nobody refers to, a reference, a driver, or a status. */
export function smallerBoards(board: RandomBoard): RandomBoard[] {
  const { devices, drivers } = board;
  const change = (at: number, draft: Draft): RandomBoard => ({ ...board, devices: devices.with(at, draft) });
  const isUsed = (index: number) =>
    devices.some(({ parent, references }) => parent === index || references.some(({ to }) => to === index));
  return [
    ...devices
      .filter(({ index }) => !isUsed(index))
      .map(({ index }) => ({ ...board, devices: devices.filter((other) => other.index !== index) })),
    ...drivers.map((_, at) => ({ ...board, drivers: drivers.filter((__, other) => other !== at) })),
    ...devices.flatMap((draft, at) =>
      draft.references.map((_, which) =>
        change(at, { ...draft, references: draft.references.filter((__, other) => other !== which) }),
      ),
    ),
    ...devices.flatMap((draft, at) =>
      draft.isDisabled ? [change(at, { ...draft, isDisabled: false })] : [],
    ),
  ];
}
