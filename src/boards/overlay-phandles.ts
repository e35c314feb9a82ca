/**
 * The phandles of an overlay, made to fit a base: its own moved out of the way, references to the base filled in.
 * Follows scripts/dtc/libfdt/fdt_overlay.c, from overlay_adjust_local_phandles to overlay_prevent_phandle_overwrite.
 */
import { printable } from '../core/diagnostic.ts';
import { bytesOf, type FdtProperty, textOf } from './fdt.ts';
import {
  cString,
  type GrowingNode,
  nodeAtPath,
  nodesBelow,
  phandleOfNode,
  readCell,
  writeCell,
} from './growing-tree.ts';
import { type BaseTree, OTHER_BOARD, type OverlayTree, overlayError, targetOf } from './overlay-fragments.ts';

const LARGEST_PHANDLE = 0xfffffffe;
const PHANDLE_PROPERTIES = ['phandle', 'linux,phandle'];
const RECOMPILE = 'compile the overlay again with dtc -@';

/** A cell of the overlay that holds a phandle of the overlay itself. */
interface LocalReference {
  readonly property: FdtProperty;
  /** Byte offset in the value. */
  readonly at: number;
}

/** Makes the phandles of an overlay those that it will have in the base. Throws InputError where they do not fit. */
export class PhandleResolution {
  readonly #base: BaseTree;
  readonly #overlay: OverlayTree;
  /** Properties of the overlay that are copies of ours and may be written to. */
  readonly #copies = new Set<FdtProperty>();
  readonly #localReferences: LocalReference[] = [];

  constructor(base: BaseTree, overlay: OverlayTree) {
    this.#base = base;
    this.#overlay = overlay;
  }

  resolve(): void {
    const { root } = this.#overlay;
    const delta = this.#base.largestPhandle();
    for (const node of nodesBelow(root)) this.#shiftPhandles(node, delta);
    const localFixups = nodeAtPath(root, '/__local_fixups__');
    if (localFixups !== undefined) this.#shiftReferences(root, localFixups, delta);
    const fixups = nodeAtPath(root, '/__fixups__');
    if (fixups !== undefined) for (const label of fixups.properties) this.#fillIn(fixups, label);
    this.#keepBasePhandles();
  }

  /** overlay_adjust_node_phandles(). */
  #shiftPhandles(node: GrowingNode, delta: number): void {
    for (const name of PHANDLE_PROPERTIES) {
      const property = node.property(name);
      if (property === undefined) continue;
      if (property.length !== 4)
        throw this.#error(node, `${name} has ${property.length} bytes, not one cell`);
      const phandle = readCell(property, 0) + delta;
      if (phandle > LARGEST_PHANDLE) {
        const what = `${name} cannot be moved behind the base's largest, 0x${delta.toString(16)}: it would need more than 32 bits`;
        throw this.#error(node, what, 'give the nodes of base and overlay smaller phandles');
      }
      writeCell(this.#writable(node, property), 0, phandle);
    }
  }

  /** overlay_update_local_node_references(): `__local_fixups__` mirrors the tree, with offsets in place of values. */
  #shiftReferences(node: GrowingNode, fixups: GrowingNode, delta: number): void {
    for (const offsets of fixups.properties) {
      const property = node.property(offsets.name);
      const name = printable(offsets.name);
      if (property === undefined) {
        throw this.#error(fixups, `names property ${name}, which ${printable(node.path)} lacks`, RECOMPILE);
      }
      if (offsets.length % 4 !== 0) {
        throw this.#error(fixups, `${name} has ${offsets.length} bytes, not whole cells`, RECOMPILE);
      }
      const target = this.#writable(node, property);
      for (let index = 0; index < offsets.length; index += 4) {
        const at = readCell(offsets, index);
        this.#checkOffset(fixups, target, at);
        writeCell(target, at, readCell(target, at) + delta);
        this.#localReferences.push({ property: target, at });
      }
    }
    for (const child of fixups.children) {
      const fixed = node.child(child.name);
      if (fixed === undefined) throw this.#error(child, 'mirrors no node of the overlay', RECOMPILE);
      this.#shiftReferences(fixed, child, delta);
    }
  }

  /** overlay_fixup_phandle(): one property of `__fixups__`, a label of the base and the places that refer to it. */
  #fillIn(fixups: GrowingNode, label: FdtProperty): void {
    const phandle = this.#phandleOfLabel(fixups, label.name);
    const places = textOf(label).split('\0');
    if (places.pop() !== '' || places.length === 0) {
      throw this.#error(fixups, `${printable(label.name)} is no list of strings`, RECOMPILE);
    }
    for (const place of places) {
      const bad = (why: string) =>
        this.#error(fixups, `"${printable(place)}" of ${printable(label.name)} ${why}`, RECOMPILE);
      const [, path, name, offset] = /^([^:]+):([^:]+):([0-9]{1,10})$/s.exec(place) ?? [];
      if (path === undefined || name === undefined) throw bad('is not PATH:PROPERTY:OFFSET');
      const node = nodeAtPath(this.#overlay.root, path);
      const property = node?.property(name);
      if (node === undefined || property === undefined) throw bad('names no property of the overlay');
      this.#checkOffset(fixups, property, Number(offset));
      writeCell(this.#writable(node, property), Number(offset), phandle);
    }
  }

  #phandleOfLabel(fixups: GrowingNode, label: string): number {
    const base = printable(this.#base.input);
    const symbols = nodeAtPath(this.#base.root, '/__symbols__');
    if (symbols === undefined) {
      throw this.#error(fixups, `the base ${base} has no __symbols__`, 'compile it with dtc -@');
    }
    const symbol = symbols.property(label);
    const name = printable(label);
    if (symbol === undefined)
      throw this.#error(fixups, `the base ${base} has no symbol ${name}`, OTHER_BOARD);
    const path = cString(symbol);
    const node = nodeAtPath(this.#base.root, path);
    const phandle = node === undefined ? 0 : phandleOfNode(node);
    if (phandle === 0) {
      const lacks = node === undefined ? 'is no node' : 'has no phandle';
      const what = `symbol ${name} of the base ${base} stands for ${printable(path)}, which ${lacks}`;
      throw this.#error(fixups, what, 'compile the base again with dtc -@');
    }
    return phandle;
  }

  /**
   * overlay_prevent_phandle_overwrite(): a node of the overlay that is merged into one with a phandle takes that phandle,
   * or references of the base would break; references of the overlay follow.
   */
  #keepBasePhandles(): void {
    const replaced = new Map<number, number>();
    for (const fragment of this.#overlay.fragments) {
      const target = targetOf(this.#base, this.#overlay, fragment);
      if (target !== undefined) this.#compare(target.node, fragment.content, replaced);
    }
    for (const { property, at } of this.#localReferences) {
      const phandle = replaced.get(readCell(property, at));
      if (phandle !== undefined) writeCell(property, at, phandle);
    }
  }

  #compare(base: GrowingNode, overlay: GrowingNode, replaced: Map<number, number>): void {
    const phandle = phandleOfNode(base);
    const own = phandleOfNode(overlay);
    if (phandle !== 0 && own !== 0) {
      if (!replaced.has(own)) replaced.set(own, phandle);
      for (const name of PHANDLE_PROPERTIES) {
        const property = overlay.property(name);
        if (property !== undefined) writeCell(this.#writable(overlay, property), 0, phandle);
      }
    }
    for (const child of overlay.children) {
      const same = base.child(child.name);
      if (same !== undefined) this.#compare(same, child, replaced);
    }
  }

  /** The property, or the copy of it that has taken its place in the node. */
  #writable(node: GrowingNode, property: FdtProperty): FdtProperty {
    if (this.#copies.has(property)) return property;
    const copy = { name: property.name, blob: bytesOf(property).slice(), offset: 0, length: property.length };
    this.#copies.add(copy);
    node.setProperty(copy);
    return copy;
  }

  #checkOffset(fixups: GrowingNode, property: FdtProperty, at: number): void {
    if (at + 4 <= property.length) return;
    const what = `offset ${at} lies outside ${printable(property.name)}, which has ${property.length} bytes`;
    throw this.#error(fixups, what, RECOMPILE);
  }

  #error(node: GrowingNode, what: string, hint?: string) {
    return overlayError(this.#overlay, node, what, hint);
  }
}
