/** Random bases and overlays that fit them, for property tests. */
import fc from 'fast-check';
import { type NodeDescription, node, type PropertyValue, writeFdt } from './fdt-writer.ts';

/** A base with its labels, and an overlay made for it. */
export interface OverlayCase {
  readonly base: Uint8Array;
  readonly overlay: Uint8Array;
}

interface Sketch {
  readonly name: string;
  /** Names of its properties: what they say is made up when the tree is written. */
  readonly properties: readonly string[];
  readonly hasPhandle: boolean;
  readonly children: readonly Sketch[];
}

const properties = fc.uniqueArray(fc.constantFrom('status', 'reg', 'a', 'b', 'c', 'd'), { maxLength: 4 });

/** Without names that libfdt would take for another of them: `n` also stands for `n@1`. */
function unambiguous(siblings: readonly Sketch[]): Sketch[] {
  return siblings.filter(({ name }) => !siblings.some((other) => other.name.startsWith(`${name}@`)));
}

function sketches(names: readonly string[], withPhandles: fc.Arbitrary<boolean>): fc.Arbitrary<Sketch[]> {
  return fc.letrec<{ children: Sketch[] }>((tie) => ({
    children: fc
      .uniqueArray(
        fc.record({
          name: fc.constantFrom(...names),
          properties,
          hasPhandle: withPhandles,
          children: fc.oneof({ maxDepth: 4, withCrossShrink: true }, fc.constant([]), tie('children')),
        }),
        { maxLength: 4, selector: ({ name }) => name },
      )
      .map(unambiguous),
  })).children;
}

/** Names with a unit address, and names that never have one. */
const BASE_NAMES = ['n0', 'soc', 'n1@1', 'n2@2', 'dev@10', 'dev@20'];
/** Beside those of the base, one that stands for one of them, and names that no base has. */
const OVERLAY_NAMES = [...BASE_NAMES, 'n2', 'new', 'o0', 'o1@5'];
/** Names of which some stand for others, so that a new node can take the place of an old one in a path. */
const AMBIGUOUS_BASE_NAMES = ['n0', 'n0@1', 'n1', 'n1@1', 'n1@2'];
const AMBIGUOUS_NAMES = [...AMBIGUOUS_BASE_NAMES, 'o1', 'o1@5'];

export interface OverlayChoice {
  /**
   * Nodes of the overlay that are merged into nodes of the base may have phandles of their own, which libfdt handles in
   * different ways before and since version 1.7.1.
   */
  readonly overwriting?: boolean;
  /** A label or path may come to stand for no node, or for another one: the overlay may be refused. */
  readonly ambiguous?: boolean;
}

interface Reference {
  readonly path: string;
  readonly property: string;
}

/** Writes sketches as nodes, with phandles from 1 on; every `c` and `d` refers to something. */
class Drawing {
  readonly phandles: { readonly path: string; readonly phandle: number }[] = [];
  readonly references: Reference[] = [];

  draw(sketch: Sketch, path: string, mayHavePhandle: (name: string) => boolean): NodeDescription {
    const pairs: (readonly [string, PropertyValue])[] = [];
    for (const name of sketch.properties) {
      if (name === 'c' || name === 'd') this.references.push({ path, property: name });
      pairs.push([name, name === 'status' ? 'okay' : [pairs.length, sketch.children.length]]);
    }
    if (sketch.hasPhandle && mayHavePhandle(sketch.name)) {
      const phandle = this.phandles.length + 1;
      this.phandles.push({ path, phandle });
      pairs.push(['phandle', phandle]);
    }
    const above = path === '/' ? '' : path;
    return node(
      sketch.name,
      pairs,
      sketch.children.map((child) => this.draw(child, `${above}/${child.name}`, mayHavePhandle)),
    );
  }
}

/** `__local_fixups__` of references to the overlay itself, as a tree. */
function localFixups(references: readonly Reference[], at = '/', name = '__local_fixups__'): NodeDescription {
  const above = at === '/' ? '/' : `${at}/`;
  const below = new Set(
    references
      .filter(({ path }) => path.startsWith(above) && path !== at)
      .map(({ path }) => path.slice(above.length).split('/')[0]!),
  );
  return node(
    name,
    references.filter(({ path }) => path === at).map(({ property }) => [property, 0] as const),
    [...below].map((child) => localFixups(references, `${above}${child}`, child)),
  );
}

/** A base and an overlay for it. */
export function overlayCases({
  overwriting = false,
  ambiguous = false,
}: OverlayChoice): fc.Arbitrary<OverlayCase> {
  const target = fc.record({ byLabel: fc.boolean(), which: fc.nat() });
  const fragments = fc.array(
    fc.record({
      target,
      properties,
      children: sketches(ambiguous ? AMBIGUOUS_NAMES : OVERLAY_NAMES, fc.boolean()),
    }),
    { minLength: 1, maxLength: 4 },
  );
  return fc
    .record({
      children: sketches(ambiguous ? AMBIGUOUS_BASE_NAMES : BASE_NAMES, fc.boolean()),
      fragments,
      picks: fc.infiniteStream(fc.nat()),
    })
    .map(({ children, fragments: parts, picks }) => {
      const base = new Drawing();
      const top = base.draw({ name: '', properties: ['a'], hasPhandle: true, children }, '/', () => true);
      const labels = base.phandles.map(({ path }, index) => ({ label: `l${index}`, path }));
      const symbols = node(
        '__symbols__',
        labels.map(({ label, path }) => [label, path] as const),
      );

      const drawing = new Drawing();
      const fixups = new Map<string, string[]>();
      const need = (label: string, place: string) => fixups.set(label, [...(fixups.get(label) ?? []), place]);
      const isNew = (name: string) => overwriting || name.startsWith('o');
      const drawn = parts.map(({ target: { byLabel, which }, ...part }, index) => {
        const name = `fragment@${index}`;
        const content = drawing.draw(
          { name: '__overlay__', hasPhandle: false, ...part },
          `/${name}/__overlay__`,
          isNew,
        );
        const { label, path } = labels[which % labels.length]!;
        if (byLabel) need(label, `/${name}:target:0`);
        return node(name, byLabel ? { target: 0xffffffff } : { 'target-path': path }, [content]);
      });
      const local: Reference[] = [];
      for (const { path, property } of drawing.references) {
        const pick = picks.next().value as number;
        const inside = drawing.phandles.length > 0 && pick % 2 === 0;
        if (inside) local.push({ path, property });
        else need(labels[pick % labels.length]!.label, `${path}:${property}:4`);
      }
      const own = drawing.phandles.map(({ path }, index) => [`own${index}`, path] as const);
      return {
        base: writeFdt({ ...top, children: [...top.children, symbols] }),
        overlay: writeFdt(
          node('', {}, [
            ...drawn,
            node('__symbols__', own),
            localFixups(local),
            node('__fixups__', [...fixups]),
          ]),
        ),
      };
    });
}
