/** Rules of device links (drivers/base/core.c). */
import { inFile, inMachine, notModelled, type Sheet } from './rule.ts';

const add = inFile('links/device-link-add.ts');
const del = inFile('links/device-link-del.ts');
const bound = inFile('links/driver-core.ts');
const words = inFile('core/device-link.ts');
const machine = inMachine('device link');
const reorder = inFile('links/reorder.ts');
const suppliers = inFile('pm/runtime-suppliers.ts');
const sync = inFile('links/sync-state.ts');
const unbind = inFile('probe/unbind.ts');
const unbound = inFile('links/driver-core-unbind.ts');

export const DEVICE_LINKS: Sheet = {
  title: 'Device links',
  sections: [
    {
      title: 'What a link is',
      rules: [
        words(
          'sync_state only means that flag and no other but INFERRED, CYCLE and MANAGED',
          '(flags & ~(DL_FLAG.INFERRED | DL_FLAG.CYCLE | DL_FLAG.MANAGED)) === DL_FLAG.SYNC_STATE_ONLY',
          '(flags & DL_FLAG.SYNC_STATE_ONLY) !== 0',
        ),
        add(
          'there is one link at most between two devices',
          'if (linkOf(world, one).supplier === supplier) return one;',
          '',
        ),
      ],
    },
    {
      title: 'What device_link_add refuses',
      rules: [
        add(
          'a device that supplies itself',
          "consumer === supplier ? 'same device' : refusalByFlags(flags)",
          'refusalByFlags(flags)',
        ),
        add(
          'MANAGED, and flags that do not exist',
          "if ((flags & ~VALID_FLAGS) !== 0) return 'flags that callers may not pass';",
          '',
        ),
        add(
          'STATELESS with a flag of managed links',
          'flags & DL_FLAG.STATELESS && flags & MANAGED_LINK_FLAGS',
          'false',
        ),
        add(
          'AUTOPROBE_CONSUMER with an AUTOREMOVE flag',
          'flags & DL_FLAG.AUTOPROBE_CONSUMER && flags & AUTOREMOVE',
          'false',
        ),
        add(
          'PM_RUNTIME with RPM_ACTIVE if the supplier cannot be resumed',
          "pmRuntimePutNoidle(world, supplier);\n    return { kind: 'refused', reason: 'RPM_ACTIVE and the supplier cannot be resumed' };",
          'pmRuntimePutNoidle(world, supplier);',
        ),
        add(
          'the count is given back then',
          "pmRuntimePutNoidle(world, supplier);\n    return { kind: 'refused', reason: 'RPM_ACTIVE and the supplier cannot be resumed' };",
          "return { kind: 'refused', reason: 'RPM_ACTIVE and the supplier cannot be resumed' };",
        ),
        add(
          'RPM_ACTIVE alone resumes nothing',
          '(flags & DL_FLAG.PM_RUNTIME) !== 0 && (flags & DL_FLAG.RPM_ACTIVE) !== 0',
          '(flags & DL_FLAG.RPM_ACTIVE) !== 0',
        ),
        add(
          'SYNC_STATE_ONLY with more than INFERRED and CYCLE',
          'wanted & DL_FLAG.SYNC_STATE_ONLY && !isSyncStateOnly(wanted)',
          'false',
        ),
        add(
          'a supplier that is not in dpm_list',
          "if (world.devices[supplier]!.power.list === 'none') return 'supplier is not registered';",
          '',
        ),
        add(
          'SYNC_STATE_ONLY to a consumer that is bound or unbinding',
          "free ? undefined : 'SYNC_STATE_ONLY to a consumer that is bound or unbinding'",
          'undefined',
        ),
        add(
          'a supplier that depends on the consumer',
          "deviceIsDependent(world, consumer, supplier) ? 'supplier depends on the consumer' : undefined",
          'undefined',
        ),
        add(
          'a supplier that RPM_ACTIVE resumed is put on the last three',
          'if (holdsSupplier(flags)) pmRuntimePut(world, supplier);',
          '',
        ),
        add(
          'AUTOREMOVE_SUPPLIER takes AUTOREMOVE_CONSUMER out of the request',
          'flags & DL_FLAG.AUTOREMOVE_SUPPLIER ? flags & ~DL_FLAG.AUTOREMOVE_CONSUMER : flags',
          'flags',
        ),
      ],
    },
    {
      title: 'A link that exists already',
      rules: [
        add(
          'INFERRED goes when somebody else asks',
          'if (!(flags & DL_FLAG.INFERRED)) link.flags &= ~DL_FLAG.INFERRED;',
          '',
        ),
        add('PM_RUNTIME is added', 'link.flags |= DL_FLAG.PM_RUNTIME;', ''),
        add('each RPM_ACTIVE is one more reference', 'if (flags & DL_FLAG.RPM_ACTIVE) link.rpmActive++;', ''),
        add('each STATELESS is one more reference', '«link.references++;»\n    const upgraded', ''),
        add('STATELESS orders a link that was for sync_state only', 'if (upgraded) reorder();', ''),
        add(
          'AUTOREMOVE_SUPPLIER takes the place of AUTOREMOVE_CONSUMER',
          'link.flags = (link.flags & ~DL_FLAG.AUTOREMOVE_CONSUMER) | DL_FLAG.AUTOREMOVE_SUPPLIER;',
          '',
        ),
        add('AUTOREMOVE_CONSUMER never shortens a life', '!(flags & DL_FLAG.AUTOREMOVE_CONSUMER)', 'true'),
        add('neither of them makes the link persistent', 'link.flags &= ~AUTOREMOVE;', ''),
        add('a stateless link becomes managed', 'link.flags |= DL_FLAG.MANAGED;', ''),
        add(
          'SYNC_STATE_ONLY goes when another kind is asked for',
          'link.flags &= ~DL_FLAG.SYNC_STATE_ONLY;\n    reorder();',
          'reorder();',
        ),
        add(
          'and the link orders from then on',
          'link.flags &= ~DL_FLAG.SYNC_STATE_ONLY;\n    reorder();',
          'link.flags &= ~DL_FLAG.SYNC_STATE_ONLY;',
        ),
      ],
    },
    {
      title: 'A new link',
      rules: [
        add('RPM_ACTIVE with PM_RUNTIME is one reference', 'holdsSupplier(flags) ? 2 : 1', '1'),
        add(
          'PM_RUNTIME counts in the consumer',
          'if (flags & DL_FLAG.PM_RUNTIME) pmRuntimeNewLink(world, consumer);',
          '',
        ),
        add(
          'a stateless link has no status',
          "if (!stateless) linkTransition(world, link, 'device_link_init_status');",
          "linkTransition(world, link, 'device_link_init_status');",
        ),
        machine('dormant while the supplier has no driver', {
          state: 'not tracked',
          event: 'device_link_init_status',
          guard: 'supplier without driver',
        }),
        machine('consumer probing while it probes over a supplier that probes or is bound', {
          state: 'not tracked',
          event: 'device_link_init_status',
          guard: 'consumer probing',
        }),
        machine('dormant while the supplier probes', {
          state: 'not tracked',
          event: 'device_link_init_status',
          guard: 'supplier probing',
        }),
        machine('active between bound devices', {
          state: 'not tracked',
          event: 'device_link_init_status',
          guard: 'consumer bound',
        }),
        machine('available over a bound supplier', {
          state: 'not tracked',
          event: 'device_link_init_status',
          guard: null,
        }),
        machine('supplier unbinding while it does', {
          state: 'not tracked',
          event: 'device_link_init_status',
          guard: 'supplier unbinding',
        }),
        add(
          'a probing consumer resumes its supplier and does not hold it',
          "flags & DL_FLAG.PM_RUNTIME && linkOf(world, link).status === 'consumer probing'",
          'false',
        ),
        add(
          'SYNC_STATE_ONLY orders nothing',
          "if (!(flags & DL_FLAG.SYNC_STATE_ONLY))\n    deviceReorderToTail(world, consumer, { by: 'link', link: id, root: consumer });",
          "deviceReorderToTail(world, consumer, { by: 'link', link: id, root: consumer });",
        ),
      ],
    },
    {
      title: 'Whether a device depends on another one',
      rules: [
        reorder(
          'a device depends on its ancestors',
          'for (let at = target; at >= 0; at = devices[at]!.parent) ancestors.stamps[at] = above;',
          'ancestors.stamps[target] = above;',
        ),
        reorder(
          'what depends on a child depends on its parent',
          'for (let child = children.head[at]!; child >= 0; child = children.next[child]!) meet(child);',
          '',
        ),
        reorder(
          'links for sync_state only do not count',
          'if (!isSyncStateOnly(flags)) meet(consumer);',
          'meet(consumer);',
        ),
        reorder('all other links do', 'if (!isSyncStateOnly(flags)) meet(consumer);', ''),
      ],
    },
    {
      title: 'Moving to the tail',
      rules: [
        reorder(
          'in devices_kset too',
          'if (isListed(world.devicesKset, id)) moveToTail(world.devicesKset, id);',
          '',
        ),
        reorder(
          'a device that is not in dpm_list does not move there',
          "if (device.power.list === 'none') return;",
          "if (device.power.list === 'none') {}",
        ),
        reorder(
          'links for sync_state only are not followed',
          'if (!isSyncStateOnly(linkOf(world, id).flags)) return id;',
          'return id;',
        ),
        reorder(
          'children follow',
          '«child < 0 ? NO_MORE : asChild(child)»;\n}\n\n/** The successor',
          'NO_MORE',
        ),
        inFile('probe/device-add.ts')(
          'a new device becomes a child of its parent in the end',
          '«if (parent >= 0) {\n    appendId(world.children, parent, id);\n    device.joined = true;\n  }»\n  return 0;\n}\n\n/** The lists',
          '',
        ),
        inFile('probe/device-add.ts')(
          'DPM_ORDER_DEV_LAST moves one device alone',
          "order === 'dev-last'",
          'false',
        ),
        inFile('probe/device-add.ts')(
          'DPM_ORDER_DEV_AFTER_PARENT',
          "if («order === 'dev-after-parent'») moveNextTo",
          'false',
        ),
        inFile('probe/device-add.ts')(
          'DPM_ORDER_PARENT_BEFORE_DEV',
          "moveNextTo(world, parent, id, 'before');",
          '',
        ),
      ],
    },
    {
      title: 'How a link ends',
      rules: [
        del(
          'with PM_RUNTIME it counts no more in the consumer, and lets go of the supplier',
          'pmRuntimeDropLink(world, id);',
          '',
        ),
        suppliers('over its own references', 'pmRuntimeReleaseSupplier(world, id);', ''),
        suppliers('the supplier may go idle', 'rpmIdleAsync(world, link.supplier);', ''),
        suppliers(
          'behind the grace period what a probe held comes back',
          'if (supplierPreactivated) pmRuntimePutNoidle(world, supplier);',
          '',
        ),
        suppliers('and what the link held', 'releaseSupplier(world, link);', ''),
        suppliers('and the supplier may go idle', 'rpmIdleAsync(world, supplier);', ''),
        del('a caller gives a stateless reference back', '«dropReference(world, id);»\n  } else if', ''),
        del(
          'the link of a consumer that is not registered goes at once',
          '!world.devices[link.consumer]!.registered',
          'false',
        ),
        del(
          'a managed link stays, with a warning',
          "kernelMessage(world, 'Unable to drop a managed device link reference');",
          '',
        ),
        del(
          'removing a link between a device and itself is a warning',
          "warnOn(world, true, 'drivers/base/core.c:1052 device_link_remove');",
          '',
        ),
        del('a link that the core lets go of is not managed any more', 'link.flags &= ~DL_FLAG.MANAGED;', ''),
        del(
          'a device that goes warns of active links to suppliers',
          "warnOn(world, linkOf(world, link).status === 'active', 'drivers/base/core.c:1701 device_links_purge');",
          '',
        ),
        del(
          'and of links to consumers that are neither dormant nor untracked',
          "warnOn(world, unexpected, 'drivers/base/core.c:1706 device_links_purge');",
          '',
        ),
      ],
    },
    {
      title: 'Before a probe',
      rules: [
        bound(
          'except in permissive mode a firmware supplier without a device defers it',
          "world.settings.fwDevlink !== 'permissive'",
          'false',
        ),
        bound(
          'links that are not managed do not count',
          "«if (!(link.flags & DL_FLAG.MANAGED)) continue;»\n    const outcome = linkTransition(world, link, 'device_links_check_suppliers');",
          '',
        ),
        machine('a link that is available is probing then', {
          state: 'available',
          event: 'device_links_check_suppliers',
        }),
        machine('so is one for sync_state only', {
          event: 'device_links_check_suppliers',
          guard: 'for sync_state only',
        }),
        machine('best effort looks past links to suppliers that no driver matches', {
          event: 'device_links_check_suppliers',
          guard: 'best effort looks past it',
        }),
        machine('all others defer the probe', {
          event: 'device_links_check_suppliers',
          guard: null,
          state: 'dormant',
        }),
        machine('and links marked before are available again', {
          event: 'device_links_missing_supplier',
          guard: 'supplier bound',
        }),
        machine('or dormant', {
          event: 'device_links_missing_supplier',
          guard: null,
          state: 'consumer probing',
        }),
        bound(
          'the device counts as probing also when it is deferred by a link',
          "«device.linksStatus = 'probing';»\n  return reason",
          '',
        ),
      ],
    },
    {
      title: 'A bind without a probe',
      rules: [
        machine('links that are available are probing', {
          state: 'available',
          event: 'device_links_force_bind',
        }),
        machine('all others are let go', { event: 'device_links_force_bind', state: 'dormant' }),
      ],
    },
    {
      title: 'Behind a probe',
      rules: [
        machine('links to consumers become available', {
          state: 'dormant',
          event: 'device_links_driver_bound (supplier)',
          guard: null,
        }),
        machine('AUTOPROBE_CONSUMER puts the consumer on the deferred list', {
          state: 'dormant',
          event: 'device_links_driver_bound (supplier)',
          guard: 'probes its consumer',
        }),
        machine('links that are active or probing stay so', {
          state: 'active',
          event: 'device_links_driver_bound (supplier)',
        }),
        machine('links to suppliers become active', {
          state: 'consumer probing',
          event: 'device_links_driver_bound (consumer)',
          guard: null,
        }),
        machine('those for sync_state only are let go', {
          event: 'device_links_driver_bound (consumer)',
          guard: 'for sync_state only',
        }),
        machine('best effort lets go of those to suppliers that no driver matches', {
          event: 'device_links_driver_bound (consumer)',
          guard: 'best effort looks past it',
        }),
        bound(
          'sync_state of the device itself is looked at first',
          'deferOrQueueSyncState(world, id, syncList);',
          '',
        ),
        bound('then that of its suppliers', 'deferOrQueueSyncState(world, link.supplier, syncList);', ''),
      ],
    },
    {
      title: 'A probe that failed, or a driver that went',
      rules: [
        machine('AUTOREMOVE_CONSUMER: the link goes', { guard: 'goes with the consumer' }),
        machine('a link to a bound supplier is available', {
          event: 'device_links_no_driver (consumer)',
          guard: 'supplier bound',
        }),
        machine('to one that is unbinding it is dormant', {
          event: 'device_links_no_driver (consumer)',
          guard: 'supplier unbinding',
        }),
        machine('links of consumers over the failed device are dormant', {
          event: 'device_links_no_driver (supplier)',
          state: 'active',
        }),
        machine('probing ones too', {
          event: 'device_links_no_driver (supplier)',
          state: 'consumer probing',
        }),
        unbound('the device has no driver then', "device.linksStatus = 'no driver';", ''),
      ],
    },
    {
      title: 'An unbind',
      rules: [
        unbound('the device is unbinding', "device.linksStatus = 'unbinding';", ''),
        machine('an active consumer keeps it busy', { event: 'device_links_busy', state: 'active' }),
        machine('a probing one too', { event: 'device_links_busy', state: 'consumer probing' }),
        machine('other links are marked', { event: 'device_links_busy', state: 'available' }),
        unbind(
          'links for sync_state only keep nobody waiting',
          '!(link.flags & DL_FLAG.MANAGED) || link.flags & DL_FLAG.SYNC_STATE_ONLY',
          '!(link.flags & DL_FLAG.MANAGED)',
        ),
        machine('active consumers are unbound first', {
          event: 'device_links_unbind_consumers',
          state: 'active',
        }),
        machine('probing ones are waited for', {
          event: 'device_links_unbind_consumers',
          state: 'consumer probing',
        }),
        machine('in the end links are dormant', {
          event: 'device_links_driver_cleanup',
          state: 'supplier unbinding',
          guard: null,
        }),
        machine('AUTOREMOVE_SUPPLIER: they go', { guard: 'goes with the supplier' }),
        unbound(
          'AUTOREMOVE_CONSUMER here is a warning',
          "warnOn(world, removed, 'drivers/base/core.c:1569 device_links_driver_cleanup');",
          '',
        ),
        unbound(
          'a deferred sync_state is forgotten',
          'if (deferred >= 0) world.deferredSync.splice(deferred, 1);',
          '',
        ),
      ],
    },
    {
      title: 'sync_state',
      rules: [
        sync('only a driver that has it', 'world.drivers[driver]!.syncState === true', 'true'),
        sync(
          'once in the life of a device',
          '!devHasSyncState(world, id) || device.stateSynced',
          '!devHasSyncState(world, id)',
        ),
        sync(
          'when every managed consumer is active',
          "if (link.flags & DL_FLAG.MANAGED && link.status !== 'active') return;",
          '',
        ),
        sync(
          'links that are not managed do not count',
          "if (link.flags & DL_FLAG.MANAGED && link.status !== 'active') return;",
          "if (link.status !== 'active') return;",
        ),
        sync('none before boot allows it', 'world.deferSyncState === 0', 'true'),
        sync('what waited is looked at then', '«deviceLinksQueueSyncState(world, id, list);»\n  yield*', ''),
        sync(
          'it runs under the lock of its device',
          'if (id !== lockedDevice) yield* deviceLock(world, id);',
          '',
        ),
        notModelled('a bus can have sync_state', 'no bus of the model has it'),
        notModelled('fw_devlink.sync_state=timeout forces it in the end', 'the default, strict, only warns'),
      ],
    },
  ],
};
