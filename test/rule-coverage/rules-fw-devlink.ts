/** Rules of links from firmware nodes and of devices from the tree (drivers/base/core.c, drivers/of). */
import { inFile, notModelled, type Sheet } from './rule.ts';

const addresses = inFile('boards/addresses.ts');
const bindings = inFile('boards/supplier-bindings.ts');
const boot = inFile('probe/boot.ts');
const cycles = inFile('links/cycles.ts');
const fwnode = inFile('links/fwnode-links.ts');
const interrupts = inFile('boards/interrupts.ts');
const links = inFile('links/fw-devlink.ts');
const lists = inFile('boards/phandle-list.ts');
const maps = inFile('boards/interrupt-map.ts');
const node = inFile('boards/device-tree.ts');
const populate = inFile('probe/of-platform.ts');
const references = inFile('boards/references.ts');

/** A row of the table of properties, by the names that it matches: without it nothing is made of them. */
function property(rule: string, matches: string) {
  return bindings(
    rule,
    'const remembered = «known.get(property)»;',
    `${matches} ? null : known.get(property)`,
  );
}

function named(name: string) {
  return property(`${name} names suppliers`, `property === '${name}'`);
}

/** A row whose suppliers count only with strict: what if they always did. */
function optional(name: string, cells: string) {
  const row = `{ kind: 'supplier', name: '${name}', form: 'list', cells: '${cells}' } as const`;
  return bindings(
    `${name} does with strict only`,
    'const remembered = «known.get(property)»;',
    `property === '${name}' ? ${row} : known.get(property)`,
  );
}

export const FW_DEVLINK: Sheet = {
  title: 'Links from firmware nodes, devices from the tree',
  sections: [
    {
      title: 'Modes',
      rules: [
        links('off parses nothing', "if (world.settings.fwDevlink === 'off') return;", ''),
        links(
          'permissive makes links for sync_state only',
          'MODE_FLAGS[world.settings.fwDevlink]',
          "MODE_FLAGS[world.settings.fwDevlink === 'permissive' ? 'on' : world.settings.fwDevlink]",
        ),
        links(
          'rpm makes links with AUTOPROBE_CONSUMER and PM_RUNTIME',
          'MODE_FLAGS[world.settings.fwDevlink]',
          "MODE_FLAGS[world.settings.fwDevlink === 'rpm' ? 'on' : world.settings.fwDevlink]",
        ),
        links(
          'on makes them without PM_RUNTIME',
          'MODE_FLAGS[world.settings.fwDevlink]',
          "MODE_FLAGS[world.settings.fwDevlink === 'on' ? 'rpm' : world.settings.fwDevlink]",
        ),
        fwnode(
          'strict has no effect in permissive mode',
          "world.settings.fwDevlinkStrict && world.settings.fwDevlink !== 'permissive'",
          'world.settings.fwDevlinkStrict',
        ),
        fwnode(
          'only strict makes links of what is optional',
          "(reference.kind === 'optional' && !strict)",
          'false',
        ),
      ],
    },
    {
      title: 'Firmware links',
      rules: [
        fwnode(
          'there is one between two nodes',
          'if (link.supplier !== supplier || link.consumer !== consumer) continue;',
          'continue;',
        ),
        fwnode('the newest comes first', 'links.toReversed()', '[...links]'),
        fwnode('each node is parsed once', 'if (fwnode.linksAdded) return;', ''),
        fwnode(
          'a claimed node on the way up is good enough',
          'if (world.fwnodes[node]!.device >= 0) break;',
          '',
        ),
        fwnode('a supplier below a disabled node is forgotten', 'if (!nodes[node]!.available) return;', ''),
        fwnode(
          'disabled nodes are not parsed',
          'if (world.board.nodes[children[index]!]!.available) stack.push(children[index]!);',
          'stack.push(children[index]!);',
        ),
        fwnode('post-init-providers keep nobody waiting', '!link.cycle && !link.ignore', '!link.cycle'),
        fwnode('cycles keep nobody waiting', '!link.cycle && !link.ignore', '!link.ignore'),
      ],
    },
    {
      title: 'From a firmware link to a device link',
      rules: [
        links('post-init-providers make none', "if (link.ignore) return 'done';", ''),
        links(
          'a cycle makes one for sync_state only, with CYCLE',
          'if (fwDevlinkRelaxCycles(world, link.consumer, supplierNode)) link.cycle = true;',
          '',
        ),
        links(
          'a proxy is for sync_state only',
          '«MODE_FLAGS.permissive»\n    : link.cycle',
          'MODE_FLAGS.rpm',
        ),
        links(
          'a node that will not be a device stands for the device above it',
          'fwnode.notDevice ? fwnodeNextParentDevice(world, supplierNode) : fwnode.device',
          'fwnode.device',
        ),
        links(
          'without a supplier device it is forgotten if the node was set up early',
          'fwnodeInitWithoutDriver(world, supplierNode) || ancestorInitWithoutDriver(world, supplierNode)',
          'ancestorInitWithoutDriver(world, supplierNode)',
        ),
        links(
          'or one above it was',
          'fwnodeInitWithoutDriver(world, supplierNode) || ancestorInitWithoutDriver(world, supplierNode)',
          'fwnodeInitWithoutDriver(world, supplierNode)',
        ),
        links('else it waits', "early ? 'forgotten' : 'wait'", "'forgotten'"),
        links(
          'a supplier without a driver that was set up early is forgotten',
          "if (world.devices[supplier]!.linksStatus === 'no driver' && fwnode.initialized) return 'forgotten';",
          '',
        ),
        links('a device is no supplier of itself', "if (consumer === supplier) return 'done';", ''),
      ],
    },
    {
      title: 'Which links are made when a device comes',
      rules: [
        links(
          'consumers that exist are linked, and their firmware links have served',
          "if (isOwn && conversion !== 'wait') fwnodeLinkDel(world, id);",
          '',
        ),
        links(
          'for others the nearest device above them is linked',
          'consumer = fwnodeNextParentDevice(world, link.consumer);',
          '',
        ),
        links(
          'unless that one stands above the supplier',
          'consumer < 0 || fwnodeIsAncestorOf(world, world.devices[consumer]!.node, node)',
          'consumer < 0',
        ),
        links(
          'its own firmware links have served when they are made',
          "if (node === own && conversion !== 'wait') fwnodeLinkDel(world, id);",
          '',
        ),
        links(
          'it is a proxy for all available nodes below it',
          'if (world.board.nodes[children[index]!]!.available) stack.push(children[index]!);',
          '',
        ),
      ],
    },
    {
      title: 'Properties that name suppliers',
      rules: [
        ...[
          'clocks',
          'interconnects',
          'mboxes',
          'io-channels',
          'io-backends',
          'power-domains',
          'hwlocks',
          'extcon',
          'nvmem-cells',
          'phys',
          'wakeup-parent',
          'pwms',
          'resets',
          'leds',
          'backlight',
          'panel',
          'msi-parent',
          'pses',
          'power-supplies',
          'gpio',
          'gpios',
          'interrupts',
          'interrupts-extended',
          'interrupt-map',
          'remote-endpoint',
          'access-controllers',
        ].map(named),
        property('pinctrl-0 to pinctrl-8 name suppliers', '/^pinctrl-[0-8]$/.test(property)'),
        property('*-supply names suppliers', "property.endsWith('-supply')"),
        property('*-gpio names suppliers', "property.endsWith('-gpio')"),
        property('*-gpios names suppliers', "property.endsWith('-gpios')"),
        optional('iommus', '#iommu-cells'),
        optional('dmas', '#dma-cells'),
        references(
          'gpios with gpio-hog do not',
          'binding.unlessProperty !== undefined && hasProperty(node, binding.unlessProperty)',
          'false',
        ),
      ],
    },
    {
      title: 'Lists of phandles',
      rules: [
        lists('a provider without #cells has no arguments', 'counted ?? 0', 'counted ?? 1'),
        lists('gpio lists and interrupts need it', 'counted === undefined && cellsRequired', 'false'),
        references(
          'an empty entry hides what is behind it',
          "if («entry.kind !== 'entry'») {",
          "entry.kind === 'empty' ? false : entry.kind !== 'entry'",
        ),
        lists('a list that is cut short ends', 'argumentCount > count - at', 'false'),
      ],
    },
    {
      title: 'Interrupts',
      rules: [
        interrupts(
          'interrupts-extended comes first',
          'specifierOfEntry(extended, entries[index]) ?? specifierAt(list, index)',
          'specifierAt(list, index) ?? specifierOfEntry(extended, entries[index])',
        ),
        interrupts(
          'the interrupt parent is the nearest interrupt-parent or the node above',
          'phandle === undefined ? this.#tree.parentOf(at) : this.#tree.byPhandle(phandle)',
          'this.#tree.parentOf(at)',
        ),
        interrupts(
          'it ends at a controller without a map',
          "if (stop.kind === 'controller') return named;",
          "if (stop.kind === 'controller') return undefined;",
        ),
        interrupts(
          'some controllers read their map themselves',
          'READS_OWN_MAP.some((name) => isCompatible(node, name))',
          'false',
        ),
        interrupts(
          'a map to the node itself ends there',
          'if (entry.parent === stop.node) return stop.node;',
          '',
        ),
        maps(
          'a map entry to a disabled controller does not count',
          'keyMatches(map, at, match, mask) && isAvailable(entry.parent)',
          'keyMatches(map, at, match, mask)',
        ),
        maps(
          'keys are compared under the mask',
          '((wanted ^ cellAt(map, at + index)) & bits) === 0',
          'wanted === cellAt(map, at + index)',
        ),
        references(
          'each controller of an interrupt-map is a supplier',
          'this.#add(from, entry, parent);',
          '',
        ),
      ],
    },
    {
      title: 'remote-endpoint',
      rules: [
        references(
          'the devices of both endpoints are meant',
          'if (supplier !== undefined && consumer !== undefined) this.#add(from, 0, supplier, consumer);',
          'this.#add(from, 0, remote, node);',
        ),
        references(
          'ports, in-ports and out-ports are one more level',
          'PORTS.has(baseName(second)) ? tree.parentOf(second) : second',
          'second',
        ),
      ],
    },
    {
      title: 'Cycles',
      rules: [
        cycles(
          'a bound supplier does not depend on a consumer that no driver has touched',
          'if (isSettled(world, node, consumer)) return;',
          '',
        ),
        cycles(
          'post-init-providers do not count',
          'if (!link.ignore) visit(link.supplier, id, undefined);',
          'visit(link.supplier, id, undefined);',
        ),
        cycles('firmware links do', 'if (!link.ignore) visit(link.supplier, id, undefined);', ''),
        cycles(
          'a device depends on its parent',
          'visit(world.devices[parent]!.node, undefined, undefined);',
          '',
        ),
        cycles(
          'a node without a device depends on the device above it',
          'device >= 0 ? world.devices[device]!.parent : fwnodeNextParentDevice(world, node)',
          'device >= 0 ? world.devices[device]!.parent : -1',
        ),
        cycles(
          'links for sync_state only do not count, unless they are of a cycle',
          'if (isSyncStateOnly(link.flags) && !(link.flags & DL_FLAG.CYCLE)) continue;',
          '',
        ),
        cycles('device links do', 'if (to >= 0) visit(to, undefined, id);', ''),
        cycles(
          'firmware links on the way are marked',
          'fwnodeLinkOf(world, edge.fwnodeLink).cycle = true;',
          '',
        ),
        cycles('device links on the way are relaxed', "fwDevlinkRelaxLink(world, edge.link, 'cycle');", ''),
        cycles('and marked', 'linkOf(world, edge.link).flags |= DL_FLAG.CYCLE;', ''),
      ],
    },
    {
      title: 'Relaxing a link',
      rules: [
        cycles(
          'only what firmware asked for',
          '!(link.flags & DL_FLAG.INFERRED) || isSyncStateOnly(link.flags)',
          'isSyncStateOnly(link.flags)',
        ),
        cycles('what it holds of its supplier is let go', 'pmRuntimeDropLink(world, id);', ''),
        cycles(
          'it is for sync_state only from then on',
          'link.flags = DL_FLAG.MANAGED | DL_FLAG.INFERRED | DL_FLAG.SYNC_STATE_ONLY;',
          '',
        ),
        links(
          'when all drivers are there, links to suppliers without one are relaxed',
          "if (link !== undefined && !world.devices[link.supplier]!.canMatch)\n      fwDevlinkRelaxLink(world, id, 'no driver');",
          '',
        ),
        links(
          'links to others are not',
          "if (link !== undefined && !world.devices[link.supplier]!.canMatch)\n      fwDevlinkRelaxLink(world, id, 'no driver');",
          "if (link !== undefined) fwDevlinkRelaxLink(world, id, 'no driver');",
        ),
        inFile('probe/device-add.ts')(
          'a device that comes later keeps nobody waiting',
          'if (node >= 0 && world.driverRegistrationDone && !device.canMatch) fwDevlinkUnblockConsumers(world, id);',
          '',
        ),
      ],
    },
    {
      title: 'When a device has bound',
      rules: [
        links('it waits for nobody any more', 'fwnodeLinksPurgeSuppliers(world, node);', ''),
        links(
          'what is below a device on a bus is left alone',
          "if (claimed >= 0 && world.devices[claimed]!.bus !== '') continue;",
          '',
        ),
        links('other nodes below it will be no devices', 'world.fwnodes[child]!.notDevice = true;', ''),
        links('who waits for them waits for it', 'fwnodeLinksMoveConsumers(world, child, node);', ''),
      ],
    },
    {
      title: 'Early boot',
      rules: [
        boot(
          'interrupt controllers are set up, those above first',
          '«world.fwnodes[node]!.populated = true;»\n    }\n    waiting',
          '',
        ),
        boot(
          'some clock providers are set up and become devices all the same',
          '[...«nodesMatching(world, clockDrivers)», ...',
          '[]',
        ),
      ],
    },
    {
      title: 'Devices from the tree',
      rules: [
        populate('some nodes anywhere come first', 'isCompatibleWith(node, EARLY_COMPATIBLES)', 'false'),
        populate(
          'then those below /firmware',
          'if (firmware !== undefined) yield* ofPlatformPopulate(world, firmware, PLATFORM_ROOT, { recurse: false });',
          '',
        ),
        populate(
          'then the framebuffer of /chosen',
          'chosen !== undefined && framebuffer !== undefined',
          'false',
        ),
        populate(
          'a node without compatible becomes none',
          'node.compatible === undefined || isCompatibleWith(node, SKIPPED)',
          'isCompatibleWith(node, SKIPPED)',
        ),
        populate(
          'operating-points-v2 becomes none',
          'node.compatible === undefined || isCompatibleWith(node, SKIPPED)',
          'node.compatible === undefined',
        ),
        populate('a bus is gone through once', 'if (world.fwnodes[index]!.populatedBus) continue;', ''),
        populate(
          'arm,primecell becomes a device of the amba bus',
          "if (world.settings.amba) yield* createDevice(world, index, 'amba', top.parent);",
          "yield* createDevice(world, index, 'platform', top.parent);",
        ),
        populate(
          'a disabled node, or one that was taken early, becomes none',
          '!node.available || fwnode.populated || node.deviceName === undefined',
          'node.deviceName === undefined',
        ),
        populate(
          'simple-bus, simple-mfd, isa and arm,amba-bus are gone through',
          'device === undefined || !recurse || !isCompatibleWith(node, DEFAULT_BUSES)',
          'true',
        ),
        populate(
          'other nodes are not',
          'device === undefined || !recurse || !isCompatibleWith(node, DEFAULT_BUSES)',
          'device === undefined || !recurse',
        ),
        notModelled('devices come and go with overlays at run time', 'overlays are applied before the boot'),
      ],
    },
    {
      title: 'Names of devices',
      rules: [
        addresses('the CPU address and the name of the node', 'if («address !== undefined») name', 'false'),
        addresses('a mask stands between them', 'mask === undefined', 'true'),
        addresses('without one the path of names up to an address', "«above === ''» ? node.name : `", 'true'),
        addresses(
          'empty ranges are one to one',
          'if (property.length === 0) return addressAt(parentBus, address.first, 0n, address.value);',
          'if (property.length === 0) return undefined;',
        ),
        addresses(
          'no ranges end it',
          '«if (property === undefined) return undefined;»\n    if (property.length',
          'if (property === undefined) return address;',
        ),
        inFile('probe/device-add.ts')('a name that exists makes no device', 'taken !== undefined', 'false'),
        node(
          'compatible is compared without regard to case',
          'entry.toLowerCase() === wanted',
          'entry === compatible',
        ),
      ],
    },
  ],
};
