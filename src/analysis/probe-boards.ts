/**
 * What many boards come to with the drivers of one kernel: a row for each, and the root causes over all of them, ranked.
 */
import type { ProbeResult, ProbeRoot, RootKind } from './probe-outcome.ts';

/** One board. */
export interface ProbedBoard {
  readonly input: string;
  readonly model: string | null;
  /** Devices made from the tree, and how many of them are bound. */
  readonly devices: number;
  readonly bound: number;
  /** Devices that a root cause holds back. */
  readonly heldBack: number;
  /** Times that a device was put on the pending list. */
  readonly deferrals: number;
  /** Causes that hold something back, as for one board. */
  readonly roots: readonly ProbeRoot[];
}

/** One thing to mend, over all boards. */
export interface CommonRoot {
  readonly kind: RootKind;
  /** In words: what a driver is missing for, which module, which node. */
  readonly detail: string;
  /** Devices held back on all boards together. */
  readonly devices: number;
  /** Inputs. */
  readonly boards: readonly string[];
}

export interface ProbedBoards {
  readonly version: 1;
  readonly kernel: string;
  /** Which drivers the boards had, in words. */
  readonly drivers: string;
  readonly boards: readonly ProbedBoard[];
  /** Those that hold back most devices first; among equals, those of more boards, then by their words. */
  readonly roots: readonly CommonRoot[];
  /** Inputs that are no board, with the reason. */
  readonly skipped: readonly { readonly input: string; readonly reason: string }[];
}

/** The row of a board. */
export function probedBoard(
  input: string,
  model: string | undefined,
  { bound, unbound, deferrals, roots }: ProbeResult,
): ProbedBoard {
  const blocking = roots.filter(({ blocks }) => blocks.length > 0);
  return {
    input,
    model: model ?? null,
    devices: bound.length + unbound.length,
    bound: bound.length,
    heldBack: new Set(blocking.flatMap(({ blocks }) => blocks)).size,
    deferrals: deferrals.reduce((sum, { count }) => sum + count, 0),
    roots: blocking,
  };
}

/** The causes of all boards, told apart by their kind and words. */
export function commonRoots(boards: readonly ProbedBoard[]): CommonRoot[] {
  const found = new Map<
    string,
    { readonly root: ProbeRoot; devices: number; readonly boards: Set<string> }
  >();
  for (const { input, roots } of boards) {
    for (const root of roots) {
      // A cycle's words are names of devices of that board.
      const key = `${root.kind} ${root.kind === 'cycle' ? input : ''} ${root.detail}`;
      const entry = found.get(key) ?? { root, devices: 0, boards: new Set() };
      entry.devices += root.blocks.length;
      entry.boards.add(input);
      found.set(key, entry);
    }
  }
  return [...found.values()]
    .map(({ root: { kind, detail }, devices, boards: names }) => ({
      kind,
      detail,
      devices,
      boards: [...names],
    }))
    .sort(
      (a, b) =>
        b.devices - a.devices ||
        b.boards.length - a.boards.length ||
        (a.detail < b.detail ? -1 : Number(a.detail > b.detail)),
    );
}
