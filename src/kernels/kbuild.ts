/**
 * Makefiles of the kernel's build, as far as it takes to say which option a source file is compiled for, and into which module.
 * Follows Documentation/kbuild/makefiles.rst: obj-*, composite objects, and the way down from the root.
 */
import type { ReadText } from './kconfig.ts';

/** How a file comes into a kernel. */
export interface Built {
  /** Options that all have to be set, the file's own first, without CONFIG_. Empty for a file that is always built. */
  readonly options: readonly string[];
  /** `drivers/pmdomain/rockchip/pm-domains`: the module's path without its ending, if it is one. */
  readonly module: string;
}

interface Assignment {
  /** Name of the variable without its condition: `obj`, or that of a composite object. */
  readonly target: string;
  readonly options: readonly string[];
  readonly words: readonly string[];
}

const optionsIn = (text: string): string[] => [...text.matchAll(/CONFIG_(\w+)/g)].map(([, name]) => name!);

/** Assignments of one Makefile with the options of the conditionals around them. */
function readMakefile(text: string): Assignment[] {
  const assignments: Assignment[] = [];
  const conditionals: string[][] = [];
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const plain = line.replace(/#.*$/, '').trim();
    if (/^(ifdef|ifeq|ifneq|ifndef)\b/.test(plain)) {
      // What is left out if an option is set depends on nothing that could be named.
      const positive = /^ifdef\b|^ifneq\s*\(\s*\$\([^)]*\)\s*,\s*\)|^ifeq\b.*,\s*[ym]\s*\)/.test(plain);
      conditionals.push(positive ? optionsIn(plain) : []);
    } else if (/^else\b/.test(plain)) {
      if (conditionals.length > 0) conditionals[conditionals.length - 1] = [];
    } else if (/^endif\b/.test(plain)) conditionals.pop();
    else {
      const match = /^([\w.+-]+?)-((?:\$\([^=]*\)|y|m|objs)+)\s*(?:\+=|:=|=)\s*(.*)$/.exec(plain);
      if (match === null) continue;
      assignments.push({
        target: match[1]!,
        options: [...optionsIn(match[2]!), ...conditionals.flat()],
        words: match[3]!.split(/\s+/).filter((word) => word !== ''),
      });
    }
  }
  return assignments;
}

/** The build of a source tree, read as it is asked about. */
export class KernelBuild {
  readonly #read: ReadText;
  readonly #folders = new Map<string, readonly Assignment[]>();

  constructor(read: ReadText) {
    this.#read = read;
  }

  #assignments(folder: string): readonly Assignment[] {
    let known = this.#folders.get(folder);
    if (known === undefined) {
      const path = folder === '' ? '' : `${folder}/`;
      known = [`${path}Makefile`, `${path}Kbuild`].flatMap((file) => readMakefile(this.#read(file) ?? ''));
      this.#folders.set(folder, known);
    }
    return known;
  }

  /** How a .c file comes into a kernel; undefined if no Makefile names it. */
  builtFor(file: string): Built | undefined {
    const slash = file.lastIndexOf('/');
    // A file may be named by a Makefile further up, as dir/file.o.
    for (
      let folder = file.slice(0, slash);
      folder !== '';
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))
    ) {
      const object = `${file.slice(folder.length + 1).replace(/\.[cS]$/, '')}.o`;
      const found = this.#object(folder, object, []);
      if (found !== undefined) {
        return {
          options: [...new Set([...found.options, ...this.#wayDown(folder)])],
          module: `${folder}/${found.name}`,
        };
      }
    }
    return undefined;
  }

  /** The options of an object, through the composite objects that it is a part of. */
  #object(
    folder: string,
    object: string,
    seen: readonly string[],
  ): { options: string[]; name: string } | undefined {
    if (seen.length > 8 || seen.includes(object)) return undefined;
    const users = this.#assignments(folder).filter(({ words }) => words.includes(object));
    const own = users.find(({ target }) => target === 'obj');
    if (own !== undefined) return { options: [...own.options], name: object.replace(/\.o$/, '') };
    for (const { target, options } of users) {
      const whole = this.#object(folder, `${target}.o`, [...seen, object]);
      if (whole !== undefined) return { options: [...whole.options, ...options], name: whole.name };
    }
    return undefined;
  }

  /** Options for which the build goes down into a folder. */
  #wayDown(folder: string): string[] {
    const options: string[] = [];
    let below = folder;
    while (below.includes('/')) {
      const parts = below.split('/');
      let parent: string | undefined;
      for (let length = parts.length - 1; length > 0 && parent === undefined; length--) {
        const above = parts.slice(0, length).join('/');
        const word = `${parts.slice(length).join('/')}/`;
        const way = this.#assignments(above).filter(({ words }) => words.includes(word));
        if (way.length === 0) continue;
        parent = above;
        // Several lines may lead there; one without an option settles it.
        if (way.every((one) => one.options.length > 0)) options.push(...way[0]!.options);
      }
      below = parent ?? parts.slice(0, -1).join('/');
    }
    return options;
  }
}
