/**
 * What the modules of an installed kernel match, and what they need: modules.alias, modules.dep, modules.softdep,
 * modules.builtin and modules.order as depmod and the kernel's build write them, or the .modinfo of the modules themselves.
 */

/** A loadable module. */
export interface KernelModule {
  /** With `_`, as in /proc/modules. */
  readonly name: string;
  /** Below lib/modules/RELEASE, as far as it is known. */
  readonly path: string | undefined;
  /** Compatibles of its `of:` aliases, each once. */
  readonly compatibles: readonly string[];
  /** Its `i2c:`, `spi:` and `platform:` aliases: names by which it matches devices without a table of compatibles. */
  readonly names?: readonly string[];
  /** Names of the modules that have to be loaded before, nearest first, as modules.dep has them. */
  readonly depends: readonly string[];
  /** Names that a softdep wants before. */
  readonly wants: readonly string[];
}

/** `kernel/drivers/x/my-driver.ko.xz` is the module my_driver. */
export function moduleName(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return file.replace(/\.ko(\.(gz|xz|zst))?$/, '').replaceAll('-', '_');
}

/**
 * The compatible of an `of:` alias, undefined for other aliases. An alias is `of:N<name>T<type>C<compatible>` with `*` for
 * what may be anything, and ends in `C*` in its second form (scripts/mod/file2alias.c); blanks are written as `_`.
 */
export function compatibleOfAlias(alias: string): string | undefined {
  const match = /^of:N[^T]*T[^C]*C(.+)$/.exec(alias);
  const compatible = match?.[1]?.replace(/(C?\*)$/, '');
  return compatible === undefined || compatible === '' || compatible.includes('*') ? undefined : compatible;
}

/** `i2c:max77620` of an alias by name, undefined for others. */
function nameOfAlias(alias: string): string | undefined {
  return /^(?:i2c|spi|platform):[^*]+/.exec(alias)?.[0];
}

function* linesOf(text: string): Generator<string> {
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed !== '' && !trimmed.startsWith('#')) yield trimmed;
  }
}

/** The texts of lib/modules/RELEASE, as far as they exist. */
export interface ModuleTexts {
  readonly alias?: string;
  readonly dep?: string;
  readonly softdep?: string;
  readonly order?: string;
}

interface Growing {
  path: string | undefined;
  readonly compatibles: Set<string>;
  readonly names: Set<string>;
  depends: string[];
  wants: string[];
}

class ModuleTable {
  readonly #modules = new Map<string, Growing>();

  of(name: string): Growing {
    const known = this.#modules.get(name) ?? {
      path: undefined,
      compatibles: new Set(),
      names: new Set(),
      depends: [],
      wants: [],
    };
    this.#modules.set(name, known);
    return known;
  }

  list(): KernelModule[] {
    return [...this.#modules].map(([name, { path, compatibles, names, depends, wants }]) => ({
      name,
      path,
      compatibles: [...compatibles],
      ...(names.size > 0 && { names: [...names] }),
      depends,
      wants,
    }));
  }
}

function softdepWants(line: string): { readonly name: string; readonly wants: string[] } | undefined {
  const match = /^softdep\s+(\S+)\s+(.*)$/.exec(line);
  if (match === null) return undefined;
  const before = /(?:^|\s)pre:\s*(.*?)(?:\s*post:|$)/.exec(match[2]!);
  const wants = before === null ? [] : before[1]!.split(/\s+/).filter((name) => name !== '');
  return { name: moduleName(match[1]!), wants: wants.map(moduleName) };
}

/** Modules by depmod's files, in the order of modules.order, then of modules.dep, then of modules.alias. */
export function readModuleTexts(texts: ModuleTexts): KernelModule[] {
  const table = new ModuleTable();
  for (const path of linesOf(texts.order ?? '')) table.of(moduleName(path));
  for (const line of linesOf(texts.dep ?? '')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const depends = line
      .slice(colon + 1)
      .split(/\s+/)
      .filter((path) => path !== '');
    const path = line.slice(0, colon);
    const module = table.of(moduleName(path));
    module.path = path;
    module.depends = depends.map(moduleName);
  }
  for (const line of linesOf(texts.softdep ?? '')) {
    const softdep = softdepWants(line);
    if (softdep !== undefined) table.of(softdep.name).wants.push(...softdep.wants);
  }
  for (const line of linesOf(texts.alias ?? '')) {
    const [word, alias, name] = line.split(/\s+/);
    const compatible = word === 'alias' && alias !== undefined ? compatibleOfAlias(alias) : undefined;
    if (name === undefined) continue;
    if (compatible !== undefined) table.of(moduleName(name)).compatibles.add(compatible);
    const byName = word === 'alias' ? nameOfAlias(alias!) : undefined;
    if (byName !== undefined) table.of(moduleName(name)).names.add(byName);
  }
  return table.list();
}

/** Modules by their own .modinfo: `entries` are the `key=value` strings of each, in the order in which the modules are given. */
export function readModinfos(
  modules: Iterable<{ readonly path: string; readonly entries: readonly string[] }>,
): KernelModule[] {
  const table = new ModuleTable();
  for (const { path, entries } of modules) {
    const module = table.of(moduleName(path));
    module.path = path;
    for (const entry of entries) {
      const [key, value] = [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)];
      const compatible = key === 'alias' ? compatibleOfAlias(value) : undefined;
      if (compatible !== undefined) module.compatibles.add(compatible);
      const byName = key === 'alias' ? nameOfAlias(value) : undefined;
      if (byName !== undefined) module.names.add(byName);
      if (key === 'depends')
        module.depends = value
          .split(',')
          .filter((name) => name !== '')
          .map(moduleName);
      if (key === 'softdep') module.wants.push(...(softdepWants(`softdep ${path} ${value}`)?.wants ?? []));
    }
  }
  return withAllDependencies(table.list());
}

/** .modinfo names direct dependencies only; modules.dep has them all, nearest first. */
function withAllDependencies(modules: readonly KernelModule[]): KernelModule[] {
  const byName = new Map(modules.map((module) => [module.name, module]));
  return modules.map((module) => {
    const all = new Set<string>();
    for (const queue = [...module.depends]; queue.length > 0; ) {
      const name = queue.shift()!;
      if (all.has(name)) continue;
      all.add(name);
      queue.push(...(byName.get(name)?.depends ?? []));
    }
    return { ...module, depends: [...all] };
  });
}
