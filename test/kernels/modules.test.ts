import { describe, expect, it } from 'vitest';
import { compatibleOfAlias, readModinfos, readModuleTexts } from '../../src/kernels/index.ts';

describe('an alias of a module', () => {
  it.each([
    ['of:N*T*Cnxp,pcf2131C*', 'nxp,pcf2131'],
    ['of:N*T*Cnxp,pcf2131', 'nxp,pcf2131'],
    ['of:N*T*Crockchip,rk3399-gmac*', 'rockchip,rk3399-gmac'],
    ['of:NcpuTcpuCarm,cortex-a53C*', 'arm,cortex-a53'],
    ['platform:rtc-pcf2127', undefined],
    ['of:N*T*C*', undefined],
    ['i2c:pcf2127', undefined],
  ])('%s matches the compatible %s', (alias, compatible) => {
    expect(compatibleOfAlias(alias)).toBe(compatible);
  });
});

describe('the modules of a kernel', () => {
  it('are named with underscores, with what depmod says that they need', () => {
    expect(
      readModuleTexts({
        order: 'kernel/net/b.ko\nkernel/drivers/x/my-driver.ko\n',
        dep: 'kernel/drivers/x/my-driver.ko.xz: kernel/lib/y-core.ko.xz kernel/net/b.ko.xz\nkernel/net/b.ko.xz:\n',
        softdep: '# Soft dependencies\nsoftdep my_driver pre: z-phy w post: late\n',
        alias:
          '# Aliases\nalias of:N*T*Cvendor,x my_driver\nalias of:N*T*Cvendor,xC* my_driver\nalias pci:v1 b\n',
      }),
    ).toEqual([
      { name: 'b', path: 'kernel/net/b.ko.xz', compatibles: [], depends: [], wants: [] },
      {
        name: 'my_driver',
        path: 'kernel/drivers/x/my-driver.ko.xz',
        compatibles: ['vendor,x'],
        depends: ['y_core', 'b'],
        wants: ['z_phy', 'w'],
      },
    ]);
  });

  it('say the same by their own .modinfo, with dependencies of dependencies', () => {
    const modules = readModinfos([
      {
        path: 'kernel/x/my-driver.ko.xz',
        entries: [
          'alias=of:N*T*Cvendor,xC*',
          'alias=of:N*T*Cvendor,x',
          'depends=y-core',
          'softdep=pre: z-phy',
        ],
      },
      { path: 'kernel/y/y-core.ko.xz', entries: ['depends=b'] },
      { path: 'kernel/net/b.ko.xz', entries: ['license=GPL', 'depends='] },
    ]);
    expect(modules[0]).toEqual({
      name: 'my_driver',
      path: 'kernel/x/my-driver.ko.xz',
      compatibles: ['vendor,x'],
      depends: ['y_core', 'b'],
      wants: ['z_phy'],
    });
  });
});
