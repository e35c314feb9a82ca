/** From devices, links and drivers to the commands that make them. */
import { compileBehaviours, compileRuntimePm } from './compile-callbacks.ts';
import type { KeyPath } from './complaints.ts';
import type { ScenarioDevice, ScenarioDriver, ScenarioLink } from './scenario-file.ts';
import { type Context, checkNewName, deviceWord, linkFlagsWord } from './scenario-words.ts';

/** A device: made, registered unless it says otherwise, with its settings and what its callbacks do. */
export function compileDevice(context: Context, device: ScenarioDevice, path: KeyPath): string[] {
  const { name, parent, type, domain, add = true, runtime_pm, callbacks = {} } = device;
  checkNewName(context, name, [...path, 'name']);
  const owner = { kind: 'device', name } as const;
  const behaviours = compileBehaviours(context, owner, callbacks, [...path, 'callbacks']);
  const words = [
    `dev ${name}`,
    ...(parent === undefined ? [] : [`parent=${deviceWord(context, parent, [...path, 'parent'])}`]),
    ...(type === undefined ? [] : [`type=${type.join(',')}`]),
    ...(domain === undefined ? [] : [`dom=${domain.join(',')}`]),
    ...(device.async ? ['async'] : []),
    ...(device.syscore ? ['syscore'] : []),
  ];
  // Its callbacks are known before it is offered to drivers.
  const isScripted = behaviours.commands.length > 0;
  return [
    [...words, ...(add && !isScripted ? [] : ['noadd'])].join(' '),
    ...behaviours.commands,
    ...(add && isScripted ? [`add ${name}`] : []),
    ...(device.wakeup ? [`wakeup ${name} 1`] : []),
    ...(runtime_pm === undefined ? [] : compileRuntimePm(context, name, runtime_pm, [...path, 'runtime_pm'])),
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

/** What a driver matches, as words of `drv`. */
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
  return [
    ...(names.length > 0 ? [`match=${names.join(',')}`] : []),
    ...listOf(compatible).map((one) => `compatible=${one}`),
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
