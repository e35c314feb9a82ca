import { describe, expect, it } from 'vitest';
import {
  KernelBuild,
  missingDependencies,
  type ReadText,
  readConfig,
  readKconfig,
} from '../../src/kernels/index.ts';

function readerOf(files: Readonly<Record<string, string>>): ReadText {
  return (path) => (Object.hasOwn(files, path) ? files[path] : undefined);
}

describe('the option of a source file', () => {
  const build = new KernelBuild(
    readerOf({
      'drivers/Makefile': 'obj-y += a/ \\\n  b/\nobj-$(CONFIG_C) += c/\n',
      'drivers/a/Makefile': '# nothing\nobj-$(CONFIG_A_DRIVER)\t+= one.o\n',
      'drivers/b/Makefile':
        'obj-$(CONFIG_B) += whole.o\nwhole-y := core.o\nwhole-$(CONFIG_B_EXTRA) += extra.o\nwhole-objs += old.o\n',
      'drivers/c/Makefile':
        'ifdef CONFIG_C_DEEP\nobj-$(CONFIG_C_ONE) += deep/er/\nendif\nobj-y += always.o\n',
      'drivers/c/deep/er/Kbuild': 'obj-$(subst m,y,$(CONFIG_D)) += d.o\n',
      'drivers/loop/Makefile': 'a-y += b.o\nb-y += a.o\n',
    }),
  );

  it.each([
    ['drivers/a/one.c', ['A_DRIVER'], 'drivers/a/one'],
    ['drivers/b/core.c', ['B'], 'drivers/b/whole'],
    ['drivers/b/old.c', ['B'], 'drivers/b/whole'],
    ['drivers/b/extra.c', ['B', 'B_EXTRA'], 'drivers/b/whole'],
    ['drivers/c/always.c', ['C'], 'drivers/c/always'],
    ['drivers/c/deep/er/d.c', ['D', 'C_ONE', 'C_DEEP', 'C'], 'drivers/c/deep/er/d'],
  ])('%s is built for %j', (file, options, module) => {
    expect(build.builtFor(file)).toEqual({ options, module });
  });

  it('is none where no Makefile names the file, or composite objects go round in a circle', () => {
    expect(build.builtFor('drivers/a/two.c')).toBeUndefined();
    expect(build.builtFor('drivers/loop/a.c')).toBeUndefined();
  });
});

describe('an option', () => {
  const options = readKconfig(
    readerOf({
      Kconfig:
        'source "drivers/Kconfig"\nsource "arch/$(SRCARCH)/Kconfig"\nsource "../../etc/passwd"\nsource "Kconfig"\n',
      'arch/arm64/Kconfig': 'config ARCH_X\n\tbool "X machines"\n',
      'drivers/Kconfig': [
        'menu "Drivers"',
        '\tdepends on HAS_IOMEM',
        'if ARCH_X || COMPILE_TEST',
        'config X_DRIVER',
        '\ttristate "A driver \\"of\\" X"',
        '\tdepends on OF',
        '\thelp',
        '\t  config NOT_AN_OPTION',
        '\t  depends on nothing',
        '',
        'config X_HIDDEN',
        '\tbool',
        'endif',
        'endmenu',
        'config TWICE',
        '\tbool "Twice"',
        '\tdepends on ONE',
        'config TWICE',
        '\tbool "Twice"',
        '\tdepends on TWO',
      ].join('\n'),
    }),
    'arm64',
  );

  it('has a prompt, and depends on what stands around it', () => {
    expect([...options.keys()].sort()).toEqual(['ARCH_X', 'TWICE', 'X_DRIVER', 'X_HIDDEN']);
    expect(options.get('X_DRIVER')).toEqual({
      name: 'X_DRIVER',
      prompt: 'A driver \\"of\\" X',
      dependsOn: ['HAS_IOMEM && (ARCH_X || COMPILE_TEST) && OF'],
      file: 'drivers/Kconfig',
    });
    expect(options.get('X_HIDDEN')!.prompt).toBeUndefined();
  });

  it.each([
    ['CONFIG_HAS_IOMEM=y\nCONFIG_OF=y\nCONFIG_ARCH_X=y\n', []],
    ['CONFIG_OF=y\n# CONFIG_ARCH_X is not set\n', ['HAS_IOMEM', '(ARCH_X || COMPILE_TEST)']],
    ['CONFIG_HAS_IOMEM=y\nCONFIG_COMPILE_TEST=m\n', ['OF']],
  ])('lacks what a configuration does not give: %j', (config, missing) => {
    expect(missingDependencies(options.get('X_DRIVER')!, readConfig(config))).toEqual(missing);
  });

  it('that is defined twice needs one of its definitions', () => {
    expect(missingDependencies(options.get('TWICE')!, readConfig('CONFIG_TWO=y\n'))).toEqual([]);
    expect(missingDependencies(options.get('TWICE')!, readConfig(''))).toEqual(['ONE']);
  });

  it.each([
    ['A = y', 'CONFIG_A=y', true],
    ['A != y', 'CONFIG_A=y', false],
    ['!A', '', true],
    ['!(A && B) || C', 'CONFIG_A=y\nCONFIG_B=y', false],
    ['$(cc-option,-x)', '', true],
    ['A = "text"', 'CONFIG_A="text"', true],
    ['(('.repeat(5000), '', true],
  ])('%j holds by %j: %s', (dependency, config, holds) => {
    const option = { name: 'X', prompt: undefined, dependsOn: [dependency], file: 'Kconfig' };
    expect(missingDependencies(option, readConfig(config)).length === 0).toBe(holds);
  });
});
