/**
 * Device-tree overlays, applied to a base as a boot loader does before the kernel sees the tree.
 * Follows scripts/dtc/libfdt/fdt_overlay.c:fdt_overlay_apply, in all that decides the order of nodes and properties too.
 */
import { InputError, printable } from '../core/diagnostic.ts';
import {
  childPath,
  FDT_MAX_LEVELS,
  FDT_MAX_NODES,
  FDT_MAX_TEXT,
  type Fdt,
  type FdtNode,
  type FdtProperty,
  textOf,
} from './fdt.ts';
import { cString, GrowingNode, nodesBelow } from './growing-tree.ts';
import {
  BaseTree,
  existingTargetOf,
  type Fragment,
  fragmentsOf,
  type OverlayTree,
  overlayError,
  type Target,
} from './overlay-fragments.ts';
import { PhandleResolution } from './overlay-phandles.ts';

const encoder = new TextEncoder();

/**
 * Applies an overlay to a tree and returns the tree that comes of it; neither argument changes.
 *
 * Phandles of the overlay are moved behind the largest of the base, references to labels are looked up in the base's
 * `__symbols__`, fragments are merged in their order, and the overlay's own labels join `__symbols__`. Properties that are
 * new stand first in their node, the last of them foremost; new nodes stand before their siblings in the same way.
 * Throws {@link InputError} with the overlay's name and the path in it: for a base without `__symbols__`, a label or a
 * target that the base lacks, a malformed fixup, phandles that overflow, and an overlay without fragments.
 */
export function applyOverlay(base: Fdt, overlay: Fdt): Fdt {
  const tree = new BaseTree(GrowingNode.fromFdt(base), base.input);
  const root = GrowingNode.fromFdt(overlay);
  const applied: OverlayTree = { root, input: overlay.input, fragments: fragmentsOf(root) };
  if (applied.fragments.length === 0) {
    const hint = 'give a .dtbo, compiled from a source that says /plugin/';
    throw overlayError(applied, undefined, 'not an overlay: it has no fragment with an __overlay__', hint);
  }
  new PhandleResolution(tree, applied).resolve();
  for (const fragment of applied.fragments) {
    applyNode(tree, existingTargetOf(tree, applied, fragment).node, fragment.content);
  }
  updateSymbols(tree, applied);
  return flattened(tree, base, applied);
}

/** overlay_apply_node(). */
function applyNode(base: BaseTree, target: GrowingNode, content: GrowingNode): void {
  for (const property of content.properties) target.setProperty(property);
  base.notePhandle(target);
  for (const child of content.children) applyNode(base, target.childOrNew(child.name), child);
}

/** overlay_symbol_update(): labels inside fragments become labels of the base. */
function updateSymbols(base: BaseTree, overlay: OverlayTree): void {
  const symbols = overlay.root.child('__symbols__');
  if (symbols === undefined) return;
  const baseSymbols = base.root.childOrNew('__symbols__');
  const fragments = new Map(overlay.fragments.map((fragment) => [fragment.node, fragment]));
  const targets = new Map<Fragment, Target>();
  let characters = 0;
  for (const property of symbols.properties) {
    const place = placeInFragment(overlay, symbols, property);
    if (place === undefined) continue;
    const node = overlay.root.child(place.fragment);
    const fragment = node && fragments.get(node);
    if (fragment === undefined) {
      throw overlayError(overlay, symbols, `${printable(property.name)} stands for a node of no fragment`);
    }
    const target = targets.get(fragment) ?? existingTargetOf(base, overlay, fragment);
    targets.set(fragment, target);
    const above = target.path ?? target.node.path;
    const value = `${above.length > 1 ? above : ''}/${place.inside}\0`;
    characters += value.length;
    if (characters > FDT_MAX_TEXT) {
      const what = `the paths of the labels have more than ${FDT_MAX_TEXT} characters together`;
      throw overlayError(overlay, symbols, what);
    }
    const blob = encoder.encode(value);
    baseSymbols.setProperty({ name: property.name, blob, offset: 0, length: blob.length });
  }
}

/** Where in which fragment a label's node lies; undefined for a node that does not get into the base. */
function placeInFragment(
  overlay: OverlayTree,
  symbols: GrowingNode,
  property: FdtProperty,
): { fragment: string; inside: string } | undefined {
  const path = cString(property);
  if (textOf(property) !== `${path}\0` || !path.startsWith('/')) {
    const what = `${printable(property.name)} is no path`;
    throw overlayError(overlay, symbols, what, 'compile the overlay again with dtc -@');
  }
  const [, fragment, inside = ''] = /^\/([^/]*)\/__overlay__(?:\/(.*))?$/s.exec(path) ?? [];
  return fragment === undefined ? undefined : { fragment, inside };
}

/** The grown tree as a decoded blob, with the limits of readFdt(). */
function flattened(tree: BaseTree, base: Fdt, overlay: OverlayTree): Fdt {
  const nodes: FdtNode[] = [];
  let nodesTooDeep = base.nodesTooDeep;
  let characters = 0;
  const add = (grown: GrowingNode, parent: FdtNode | undefined, level: number): void => {
    if (level > FDT_MAX_LEVELS) {
      for (const _ of nodesBelow(grown)) nodesTooDeep++;
      return;
    }
    const path = parent === undefined ? '/' : childPath(parent, grown.name);
    characters += path.length;
    if (nodes.length >= FDT_MAX_NODES || characters > FDT_MAX_TEXT) {
      const limit =
        nodes.length >= FDT_MAX_NODES ? `${FDT_MAX_NODES} nodes` : `${FDT_MAX_TEXT} characters of paths`;
      throw new InputError('overlay', { input: overlay.input }, `makes the tree larger than ${limit}`);
    }
    const node: FdtNode = {
      index: nodes.length,
      name: grown.name,
      path,
      parent: parent?.index ?? -1,
      children: [],
      properties: [...grown.properties],
    };
    nodes.push(node);
    parent?.children.push(node);
    for (const child of grown.children) add(child, node, level + 1);
  };
  add(tree.root, undefined, 1);
  return { input: base.input, nodes, nodesTooDeep };
}
