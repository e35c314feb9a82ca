/**
 * The fragments of an overlay and the nodes of the base that they go to.
 * Follows scripts/dtc/libfdt/fdt_overlay.c:fdt_overlay_target_offset.
 */
import { InputError, printable } from '../core/diagnostic.ts';
import {
  cString,
  type GrowingNode,
  nodeAtPath,
  nodesBelow,
  phandleOfNode,
  readCell,
} from './growing-tree.ts';

const NO_PHANDLE = 0xffffffff;

/** A tree that overlays are merged into. */
export class BaseTree {
  readonly root: GrowingNode;
  /** Names it in errors. */
  readonly input: string;
  readonly #byPhandle = new Map<number, GrowingNode>();

  constructor(root: GrowingNode, input: string) {
    this.root = root;
    this.input = input;
    for (const node of nodesBelow(root)) this.notePhandle(node);
  }

  /** The first node that had this phandle. */
  byPhandle(phandle: number): GrowingNode | undefined {
    return this.#byPhandle.get(phandle);
  }

  /** To be called when the properties of a node have changed. */
  notePhandle(node: GrowingNode): void {
    const phandle = phandleOfNode(node);
    if (phandle !== 0 && !this.#byPhandle.has(phandle)) this.#byPhandle.set(phandle, node);
  }

  /** fdt_find_max_phandle(): the largest phandle, 0 if there is none. */
  largestPhandle(): number {
    let largest = 0;
    for (const phandle of this.#byPhandle.keys()) if (phandle > largest) largest = phandle;
    return largest;
  }
}

/** A part of an overlay that goes to one node of the base. */
export interface Fragment {
  readonly node: GrowingNode;
  /** Its `__overlay__`: what is merged. */
  readonly content: GrowingNode;
}

/** A node of the base that a fragment goes to. */
export interface Target {
  readonly node: GrowingNode;
  /** `target-path` as the overlay says it; undefined for a target by phandle. */
  readonly path: string | undefined;
}

/** An overlay that is being applied. */
export interface OverlayTree {
  readonly root: GrowingNode;
  /** Names it in errors. */
  readonly input: string;
  readonly fragments: readonly Fragment[];
}

/** An error about a node of an overlay. */
export function overlayError(
  overlay: Pick<OverlayTree, 'input'>,
  node: GrowingNode | undefined,
  what: string,
  hint?: string,
): InputError {
  const place = node === undefined ? { input: overlay.input } : { input: overlay.input, path: node.path };
  return new InputError('overlay', place, what, hint);
}

/** The children of an overlay's root that have an `__overlay__`; the others are not merged. */
export function fragmentsOf(root: GrowingNode): Fragment[] {
  return root.children.flatMap((node) => {
    const content = node.child('__overlay__');
    return content === undefined ? [] : [{ node, content }];
  });
}

/** The node that a fragment goes to; undefined if the base has no such node (yet). Throws InputError for a bad target. */
export function targetOf(base: BaseTree, overlay: OverlayTree, { node }: Fragment): Target | undefined {
  const phandle = targetPhandle(overlay, node);
  if (phandle !== 0) {
    const found = base.byPhandle(phandle);
    return found && { node: found, path: undefined };
  }
  const property = node.property('target-path');
  if (property === undefined) {
    throw overlayError(overlay, node, 'has neither target nor target-path', 'name the node to merge into');
  }
  const path = cString(property);
  const found = nodeAtPath(base.root, path);
  return found && { node: found, path };
}

/** The same, where a target that is missing is an error. */
export function existingTargetOf(base: BaseTree, overlay: OverlayTree, fragment: Fragment): Target {
  const target = targetOf(base, overlay, fragment);
  if (target !== undefined) return target;
  const phandle = targetPhandle(overlay, fragment.node);
  const path = fragment.node.property('target-path');
  const name = printable(base.input);
  const what =
    phandle === 0 && path !== undefined
      ? `target-path names ${printable(cString(path))}, which is no node of ${name}`
      : `target is phandle 0x${phandle.toString(16)}, which no node of ${name} has`;
  throw overlayError(overlay, fragment.node, what, OTHER_BOARD);
}

/** What to do about something that the base lacks. */
export const OTHER_BOARD = 'use an overlay that is made for this board';

/** `target`, 0 if there is none. */
function targetPhandle(overlay: OverlayTree, node: GrowingNode): number {
  const property = node.property('target');
  if (property === undefined) return 0;
  if (property.length !== 4) {
    throw overlayError(overlay, node, `target has ${property.length} bytes, not one cell`);
  }
  const phandle = readCell(property, 0);
  if (phandle === NO_PHANDLE) {
    const hint = 'the overlay must list it in __fixups__: compile it with dtc -@';
    throw overlayError(overlay, node, 'target is not filled in (0xffffffff)', hint);
  }
  return phandle;
}
