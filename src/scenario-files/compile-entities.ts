/** From devices, links and drivers to the commands that make them. */
import { compileBehaviour, compileBehaviours, compileRuntimePm } from './compile-callbacks.ts';
import type { KeyPath } from './complaints.ts';
import { nearHint } from './near-name.ts';
import type { ScenarioDevice, ScenarioDomain, ScenarioDriver, ScenarioLink } from './scenario-file.ts';
import { type Context, checkNewName, deviceWord, domainWord, linkFlagsWord } from './scenario-words.ts';

/** A device: made, registered unless it says otherwise, with its settings and what its callbacks do. */
export function compileDevice(context: Context, device: ScenarioDevice, path: KeyPath): string[] {
  const { name, parent, type, pm_domain, power_domain, add = true, runtime_pm, callbacks = {} } = device;
  checkNewName(context, name, [...path, 'name']);
  const owner = { kind: 'device', name } as const;
  const behaviours = compileBehaviours(context, owner, callbacks, [...path, 'callbacks']);
  const words = [
    `dev ${name}`,
    ...(parent === undefined ? [] : [`parent=${deviceWord(context, parent, [...path, 'parent'])}`]),
    ...(type === undefined ? [] : [`type=${type.join(',')}`]),
    ...(pm_domain === undefined ? [] : [`dom=${pm_domain.join(',')}`]),
    ...(device.async ? ['async'] : []),
    ...(device.syscore ? ['syscore'] : []),
  ];
  // Its callbacks and its power domain are known before it is offered to drivers.
  const before = [
    ...behaviours.commands,
    ...(power_domain === undefined
      ? []
      : [`domain ${name} ${domainWord(context, power_domain, [...path, 'power_domain'])}`]),
  ];
  const isAddedLater = before.length > 0;
  return [
    [...words, ...(add && !isAddedLater ? [] : ['noadd'])].join(' '),
    ...before,
    ...(add && isAddedLater ? [`add ${name}`] : []),
    ...(device.wakeup ? [`wakeup ${name} 1`] : []),
    ...(runtime_pm === undefined ? [] : compileRuntimePm(context, name, runtime_pm, [...path, 'runtime_pm'])),
  ];
}

/** Words of `genpd` by key. */
const DOMAIN_FLAGS = ['off', 'always_on', 'rpm_always_on', 'irq_safe', 'active_wakeup', 'dev_ops'] as const;

/** A power domain, with what its callbacks do, below its parents. */
export function compileDomain(context: Context, domain: ScenarioDomain, path: KeyPath): string[] {
  const { name, parents = [], governor, callbacks = {} } = domain;
  checkNewName(context, name, [...path, 'name']);
  if (context.devices.has(name))
    context.complaints.add([...path, 'name'], `'${name}' is a device too`, 'rename one of the two');
  const owner = { kind: 'domain', name } as const;
  const behaviours = (['power_on', 'power_off'] as const).flatMap((callback) =>
    compileBehaviour(context, owner, callback, callbacks[callback] ?? {}, [...path, 'callbacks', callback]),
  );
  return [
    [
      `genpd ${name}`,
      ...DOMAIN_FLAGS.filter((flag) => domain[flag] === true),
      ...(governor === undefined ? [] : [`gov=${governor}`]),
    ].join(' '),
    ...behaviours,
    ...parents.map(
      (parent, at) => `subdomain ${domainWord(context, parent, [...path, 'parents', at])} ${name}`,
    ),
  ];
}

export function compileLink(context: Context, link: ScenarioLink, path: KeyPath): string[] {
  const consumer = deviceWord(context, link.consumer, [...path, 'consumer']);
  const supplier = deviceWord(context, link.supplier, [...path, 'supplier']);
  return [`link ${consumer} ${supplier} ${linkFlagsWord(link.flags)}`];
}

function listOf(names: string | readonly string[] | undefined): readonly string[] {
  if (names === undefined) return [];
  return typeof names === 'string' ? [names] : names;
}

function checkCompatible({ complaints, compatibles }: Context, compatible: string, path: KeyPath): void {
  if (compatibles === undefined)
    complaints.add(
      path,
      'there is no board, so no device has a compatible',
      'match devices by name, or name a board',
    );
  else if (compatible !== '*' && !compatibles.has(compatible.toLowerCase())) {
    complaints.add(
      path,
      `nothing on the board is compatible with '${compatible}'`,
      () => `${nearHint(compatible, [...compatibles], 'compatible')} (in a [list] quote what has a comma)`,
    );
  }
}

/** What a driver matches, as words of `drv`. `*` leaves to the other drivers of the scenario what they match. */
function matchWords(context: Context, driver: ScenarioDriver, path: KeyPath): string[] {
  const { complaints } = context;
  const { match, compatible } = driver;
  if ((match === undefined) === (compatible === undefined)) {
    complaints.add(
      path,
      `driver '${driver.name}' needs one of match and compatible`,
      'name the devices that it matches',
    );
  }
  const names = listOf(match).map((name, at) => {
    const where = typeof match === 'string' ? [...path, 'match'] : [...path, 'match', at];
    if (name.includes(',')) complaints.add(where, `'${name}' has a comma in it`, 'match it by compatible');
    return deviceWord(context, name, where);
  });
  const compatibles = listOf(compatible);
  for (const [at, one] of compatibles.entries()) {
    checkCompatible(
      context,
      one,
      typeof compatible === 'string' ? [...path, 'compatible'] : [...path, 'compatible', at],
    );
  }
  return [
    ...(names.length > 0 ? [`match=${names.join(',')}`] : []),
    ...compatibles.map((one) => `compatible=${one}`),
    ...(compatibles.includes('*') ? context.matched.map((one) => `but=${one}`) : []),
  ];
}

/** A driver: what its callbacks do comes first, since it probes as it is registered. */
export function compileDriver(context: Context, driver: ScenarioDriver, path: KeyPath): string[] {
  const { name, bus, ops = [], runtime_pm, callbacks = {} } = driver;
  checkNewName(context, name, [...path, 'name']);
  const inside = { ...context, self: true };
  const owner = { kind: 'driver', name } as const;
  const settings =
    runtime_pm === undefined
      ? []
      : compileRuntimePm(inside, 'self', runtime_pm, [...path, 'runtime_pm']).map(
          (command) => `on driver:${name} probe ${command}`,
        );
  const behaviours = compileBehaviours(inside, owner, callbacks, [...path, 'callbacks']);
  const all = [...new Set([...behaviours.pmCallbacks, ...ops])];
  return [
    ...settings,
    ...behaviours.commands,
    [
      `drv ${name}`,
      ...matchWords(context, driver, path),
      ...(bus === undefined ? [] : [`bus=${bus}`]),
      ...(all.length === 0 ? [] : [`ops=${all.join(',')}`]),
      ...(behaviours.hasSyncState ? ['sync_state'] : []),
      ...(driver.async_probe ? ['async'] : []),
    ].join(' '),
  ];
}
