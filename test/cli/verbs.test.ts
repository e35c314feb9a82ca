import { describe, expect, it } from 'vitest';
import { VERBS } from '../../src/cli/verbs.ts';
import { devgraph } from '../support/run-cli.ts';

const ROCK = 'rk3399-rock-pi-4b.dtb';
const EVK = 'imx8mp-evk.dtb';

describe('drivers', () => {
  it('that match every compatible bind the board of links, order, why and check, and the output says so', async () => {
    for (const line of [`links ${EVK}`, `order ${EVK}`]) {
      const { stdout } = await devgraph(line);
      expect(stdout).toContain('Drivers: one for every compatible. Each probe succeeds.');
    }
    const links = JSON.parse((await devgraph(`links ${EVK} --json`)).stdout);
    const bound = links.devices.filter(({ driver }: { driver: string | null }) => driver !== null);
    expect(bound).toHaveLength(links.devices.length);
    expect((await devgraph(`check ${EVK}`)).stdout).toContain('drivers all');
    expect((await devgraph(`why ${EVK} 30860000.serial 30380000.clock-controller`)).stdout).toContain(
      'drivers all)',
    );
    for (const verb of ['links', 'order', 'check']) {
      const explicit = await devgraph(`${verb} ${EVK} --drivers all --json`);
      expect(explicit.stdout).toBe((await devgraph(`${verb} ${EVK} --json`)).stdout);
    }
  });

  it('may be left out: the board before they come, of which hardly a device is bound', async () => {
    const links = JSON.parse((await devgraph(`links ${EVK} --drivers none --json`)).stdout);
    const bound = links.devices.filter(({ driver }: { driver: string | null }) => driver !== null);
    expect(bound.length).toBeLessThan(links.devices.length / 4);
    expect(links.waiting.length).toBeGreaterThan(0);
    expect((await devgraph(`check ${EVK} --drivers none`)).stdout).toContain('drivers none');
    expect((await devgraph(`order ${EVK} --drivers none`)).stdout).toContain('before its drivers come');
  });

  it('of a file bind what it names and nothing else', async () => {
    const { stdout } = await devgraph(`links ${ROCK} --drivers list --json`, {
      list: 'rockchip,rk3399-pinctrl\n',
    });
    const bound = JSON.parse(stdout).devices.filter(
      ({ driver }: { driver: string | null }) => driver === 'rockchip,rk3399-pinctrl',
    );
    expect(bound.map(({ name }: { name: string }) => name)).toEqual(['pinctrl']);
  });
});

describe('devgraph why', () => {
  it('says that list position alone orders a DMA client and its engine, and what would order them', async () => {
    const { status, stdout } = await devgraph(`why ${EVK} 30860000.serial 30bd0000.dma-controller`);
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      '30860000.serial suspends before 30bd0000.dma-controller by list position only.',
      '  30860000.serial uses 30bd0000.dma-controller, but dmas in',
      '    /soc@0/bus@30800000/spba-bus@30800000/serial@30860000 makes no device link',
      '    in Linux 6.12 (optional supplier).',
    ]);
    expect(stdout).toContain('With --strict (fw_devlink.strict=1): ordered by a link.');
  });

  it('says so when the engine goes first, against the dependency', async () => {
    const { stdout } = await devgraph(`why ${EVK} 30c30000.sai 30e10000.dma-controller`);
    expect(stdout).toMatch(/^30e10000.dma-controller suspends before 30c30000.sai by list position only,\n/);
    expect(stdout).toContain('against a dependency');
  });

  it('gives the path of links and parents, with the property at each step', async () => {
    const { stdout } = await devgraph(`why ${ROCK} ff650000.video-codec ff310000.power-management`);
    expect(stdout.split('\n')).toEqual([
      'ff650000.video-codec suspends before ff310000.power-management, by a path of 2',
      '  steps.',
      '  ff650000.video-codec consumes ff310000.power-management:power-controller:',
      '    power-domains in /video-codec@ff650000',
      '  ff310000.power-management:power-controller is a child of',
      '    ff310000.power-management',
      '  (Linux 6.12, fw_devlink=rpm, arm64, drivers all)',
      '',
    ]);
  });

  it('names the path whichever device is asked for first', async () => {
    const forwards = await devgraph(`why ${ROCK} ff650000.video-codec ff310000.power-management`);
    const backwards = await devgraph(`why ${ROCK} platform:ff310000.power-management /video-codec@ff650000`);
    expect(backwards.stdout).toBe(forwards.stdout);
  });

  it('says that nothing orders two devices without a path once one is asynchronous', async () => {
    const { stdout } = await devgraph(`why ${ROCK} ff650000.video-codec fe380000.usb --async list`, {
      list: 'fe380000.usb\n',
    });
    expect(stdout).toMatch(/^Nothing orders .*: fe380000.usb is\n {2}asynchronous and no path of links/);
  });

  it('offers the nearest name for one that the board does not have', async () => {
    const { status, stderr } = await devgraph(`why ${ROCK} fe330000.mcm ff770000.syscon`);
    expect(status).toBe(2);
    expect(stderr).toBe(
      "devgraph why: the board has no device 'fe330000.mcm'; did you mean fe330000.mmc? (devgraph why --help)\n",
    );
  });
});

describe('devgraph links', () => {
  it('shows one device with its suppliers and what it waits for', async () => {
    const { stdout } = await devgraph(`links ${ROCK} --device fe380000.usb --drivers none`);
    expect(stdout).toContain('\n  waits for /syscon@ff770000/usb2phy@e450/host-port\n');
    expect(stdout).toMatch(/\nfe380000.usb\n {2}<- ff770000.syscon:usb2phy@e450 +dormant +0x164 clocks\n/);
    expect(stdout).not.toContain('fe330000.mmc');
  });

  it('keeps every line within 80 columns but for names that are longer', async () => {
    for (const board of [EVK, ROCK]) {
      const { stdout } = await devgraph(`links ${board}`);
      const long = stdout.split('\n').filter((line) => line.length > 80 && line.trim().includes(' '));
      // A cycle's line of source is printed whole, so that it can be copied.
      expect(long.filter((line) => !line.includes('&{') && !line.includes('waits for'))).toEqual([]);
    }
  });

  it('has no control characters without a colour terminal, and has colours on one', async () => {
    const plain = await devgraph(`links ${ROCK}`);
    expect(plain.stdout).not.toContain('\u001b');
    const coloured = await devgraph(`links ${ROCK}`, {}, { isTerminal: true, columns: 80 });
    expect(coloured.stdout).toContain('\u001b[1m');
    expect(coloured.stdout.replace(/\u001b\[\d+m/g, '')).toBe(plain.stdout);
  });

  it('writes a file only when asked, and prints nothing then', async () => {
    const { stdout, written } = await devgraph(`links ${ROCK} --json -o out.json`);
    expect(stdout).toBe('');
    expect(JSON.parse(written.get('out.json')!).version).toBe(1);
  });
});

describe('a picture', () => {
  it('shows what check names until it is narrowed or widened by hand', async () => {
    for (const verb of ['links', 'order']) {
      for (const format of ['dot', 'mermaid']) {
        const nodes = async (more: string) =>
          new Set(
            (await devgraph(`${verb} ${EVK} --format ${format}${more}`)).stdout.match(/[0-9a-f]+\.[a-z-]+/g),
          ).size;
        const [focused, all] = [await nodes(''), await nodes(' --device *')];
        expect(focused).toBeGreaterThan(10);
        expect(focused).toBeLessThan(all / 2);
      }
    }
    expect((await devgraph(`links ${EVK} --format dot`)).stdout).toContain("--device '*' draws all");
  });
});

describe('devgraph order', () => {
  it('lists as many steps as devices, and resume is the mirror of suspend', async () => {
    const { stdout } = await devgraph('order imx8mp-evk.dtb --json');
    const order = JSON.parse(stdout);
    const { devices } = JSON.parse((await devgraph('links imx8mp-evk.dtb --json')).stdout);
    // Adapters of I2C controllers are devices too, though no node is theirs.
    const made = order.suspend.filter((id: string) => !/^i2c:i2c-\d+$/.test(id));
    expect(made).toHaveLength(devices.length);
    expect(order.resume).toEqual(order.suspend.toReversed());
  });

  it('says of asynchronous devices who may overtake them', async () => {
    const { stdout } = await devgraph(`order ${ROCK} --async all`);
    expect(stdout).toContain('may be overtaken by');
    expect(stdout).toContain('every link counts as waited on');
  });

  it('points to the line of a list of asynchronous devices that names nobody', async () => {
    const { status, stderr } = await devgraph(`order ${ROCK} --async list`, {
      list: '# devices\nfe380000.usb\nusb9\n',
    });
    expect(status).toBe(2);
    expect(stderr).toBe(
      "devgraph order: list, line 3: the board has no device 'usb9'; name a device as devgraph links prints it\n",
    );
  });
});

describe('the command line', () => {
  it('explains every verb with an example', async () => {
    for (const verb of VERBS) {
      const { status, stdout } = await devgraph(`${verb.name} --help`);
      expect(status).toBe(0);
      expect(stdout).toContain(`devgraph ${verb.name}`);
      expect(stdout).toMatch(/Examples?:\n {2}\S/);
      for (const option of verb.options) expect(stdout).toContain(`--${option.name}`);
    }
  });

  it('gives one line and status 2 for bad usage and bad input', async () => {
    const cases: [string, string][] = [
      ['lnks a.dtb', "devgraph: unknown verb 'lnks'; did you mean links? (devgraph --help)\n"],
      ['links', 'devgraph links: name a board (devgraph links --help)\n'],
      ['links none.dtb', 'devgraph links: none.dtb: cannot be read: no such file\n'],
      [
        'links a --fw-devlink=rmp',
        "devgraph links: --fw-devlink is one of off, permissive, on, rpm; not 'rmp'; did you mean rpm? (devgraph links --help)\n",
      ],
      [
        'links a --depth=-1',
        "devgraph links: --depth takes a whole number from 0 to 1000, not '-1' (devgraph links --help)\n",
      ],
      [
        'check a --rule dma',
        "devgraph check: no rule 'dma'; devgraph help lists them (devgraph check --help)\n",
      ],
      ['order a b', "devgraph order: one board at a time; 'b' is a second one (devgraph order --help)\n"],
      [
        'links imx8mp-evk.dtb --device "*.x"',
        'devgraph links: the board has no device \'"*.x"\' (devgraph links --help)\n',
      ],
    ];
    for (const [line, expected] of cases) {
      const { status, stdout, stderr } = await devgraph(line, { a: exampleFile() });
      expect([line, status, stdout, stderr]).toEqual([line, 2, '', expected]);
    }
  });

  it('prints the overview with status 2 when nothing is asked', async () => {
    const { status, stdout } = await devgraph('');
    expect(status).toBe(2);
    for (const verb of VERBS) expect(stdout).toContain(verb.summary);
  });
});

function exampleFile(): Uint8Array {
  return new Uint8Array([0xd0, 0x0d, 0xfe, 0xed]);
}
