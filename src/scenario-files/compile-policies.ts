/** Policies of a scenario as commands and plain data, with every name in them looked up. */
import { InputError } from '../core/diagnostic.ts';
import type { DmaPolicy } from '../core/dma-engine.ts';
import { layerPolicyOf, readDesign } from '../dma/index.ts';
import { compileDevicePower, compileDomainPower } from './compile-power.ts';
import { compileWorkload } from './compile-workload.ts';
import type { CompiledPolicies, DeviceCosts, DomainCosts, PolicyPlan } from './compiled-policies.ts';
import type { KeyPath } from './complaints.ts';
import { nearHint } from './near-name.ts';
import type { PolicyData } from './policy-file.ts';
import { checkMachine } from './policy-machine.ts';
import type { ScenarioDevice, ScenarioFile } from './scenario-file.ts';
import { argumentWord, type Context, deviceWord, durationWord } from './scenario-words.ts';

/** Rows of the result that are no policy. */
const TAKEN = ['always on', 'ideal oracle', 'oracle'];

function compileDeepest(
  context: Context,
  policy: PolicyData,
  devices: readonly DeviceCosts[],
  path: KeyPath,
): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [device, state] of Object.entries(policy.deepest_state ?? {})) {
    const where = [...path, 'deepest_state', device];
    deviceWord(context, device, where);
    const names = devices.find(({ name }) => name === device)?.rest.map(({ name }) => name) ?? ['suspended'];
    const at = names.indexOf(state);
    if (at < 0)
      context.complaints.add(
        where,
        `'${device}' has no state '${state}'`,
        nearHint(state, names, 'idle state'),
      );
    found[device] = at + 1;
  }
  return found;
}

function autosuspendCommands(context: Context, policy: PolicyData, path: KeyPath): string[] {
  return Object.entries(policy.autosuspend ?? {}).flatMap(([device, delay]) => {
    const where = [...path, 'autosuspend', device];
    deviceWord(context, device, where);
    if (delay === null) return [`rpm dont_use_autosuspend ${device}`];
    const word = durationWord(context, delay, where, true);
    return [`rpm set_delay ${device} ${word}`, `rpm use_autosuspend ${device}`];
  });
}

function controlCommands(
  context: Context,
  names: readonly string[] | undefined,
  word: 'forbid' | 'allow',
  path: KeyPath,
): string[] {
  return (names ?? []).map((device, at) => {
    deviceWord(context, device, [...path, word, at]);
    return `rpm ${word} ${device}`;
  });
}

function latencyCommands(context: Context, policy: PolicyData, path: KeyPath): string[] {
  return Object.entries(policy.resume_latency ?? {}).map(([device, limit]) => {
    const where = [...path, 'resume_latency', device];
    deviceWord(context, device, where);
    return `qos ${device} ${argumentWord(context, 'latency', limit, where)}`;
  });
}

/** What a policy does in the DMA engine layer, in the words of docs/dma-workloads.md. */
function compileDma(
  { complaints }: Context,
  words: string | undefined,
  path: KeyPath,
): DmaPolicy | undefined {
  if (words === undefined) return undefined;
  try {
    const policy = layerPolicyOf(readDesign(words));
    if (policy.irqSafe)
      complaints.add(
        path,
        `'${words}': no time passes in the callbacks of an interrupt-safe engine, which have latencies here`,
        'leave irq-safe out; devgraph dma FILE takes it',
      );
    return policy;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    complaints.add(path, error.message.replace(/^--[a-z-]+: /, ''));
    return undefined;
  }
}

function compilePolicy(
  context: Context,
  name: string,
  policy: PolicyData,
  parts: Pick<CompiledPolicies, 'devices' | 'workload'>,
): PolicyPlan {
  const path: KeyPath = ['policies', name];
  for (const [at, { consumer, supplier }] of (policy.links ?? []).entries()) {
    deviceWord(context, consumer, [...path, 'links', at, 'consumer']);
    deviceWord(context, supplier, [...path, 'links', at, 'supplier']);
  }
  for (const [device, machine] of Object.entries(policy.machines ?? {})) {
    const where = [...path, 'machines', device];
    deviceWord(context, device, where);
    if (!parts.workload.streams.some((stream) => stream.device === device))
      context.complaints.add(
        where,
        `no request comes to '${device}'`,
        'add a stream, or leave the machine out',
        true,
      );
    checkMachine(context.complaints, machine, where);
  }
  return {
    name,
    description: policy.description ?? null,
    commands: [
      ...autosuspendCommands(context, policy, path),
      ...latencyCommands(context, policy, path),
      ...controlCommands(context, policy.allow, 'allow', path),
      ...controlCommands(context, policy.forbid, 'forbid', path),
    ],
    links: policy.links ?? [],
    dma: compileDma(context, policy.dma, [...path, 'dma']),
    restStates: compileDeepest(context, policy, parts.devices, path),
    machines: policy.machines ?? {},
  };
}

/** Time that a callback takes is said once: by its transition's latency, or by `takes`. */
function checkTakes(context: Context, file: ScenarioFile, device: ScenarioDevice, path: KeyPath): void {
  const { complaints } = context;
  if (device.runtime_pm?.irq_safe === true) {
    const isTimed =
      device.power?.suspend?.latency !== undefined || device.power?.resume?.latency !== undefined;
    if (isTimed)
      complaints.add(
        [...path, 'power'],
        'callbacks of an interrupt-safe device run with interrupts off: no time passes in them',
        'leave the latencies out, or irq_safe',
        true,
      );
  }
  for (const [transition, callback] of [
    ['suspend', 'runtime_suspend'],
    ['resume', 'runtime_resume'],
  ] as const) {
    if (device.power?.[transition]?.latency === undefined) continue;
    const drivers = (file.drivers ?? []).filter(({ match }) =>
      [match ?? []].flat().some((name) => name === device.name),
    );
    for (const { callbacks } of [device, ...drivers]) {
      const behaviour = callbacks?.[callback];
      if (typeof behaviour === 'object' && behaviour?.takes !== undefined)
        complaints.add(
          [...path, 'power', transition, 'latency'],
          `callbacks says already how long ${callback} takes`,
          'keep one of the two',
        );
    }
  }
}

function compileCosts(
  context: Context,
  file: ScenarioFile,
): { readonly devices: DeviceCosts[]; readonly domains: DomainCosts[] } {
  const devices = (file.devices ?? []).flatMap((each, at) => {
    if (typeof each === 'string' || each.power === undefined) return [];
    checkTakes(context, file, each, ['devices', at]);
    const { name, power, power_domain } = each;
    return [
      compileDevicePower(context.complaints, name, power, power_domain !== undefined, [
        'devices',
        at,
        'power',
      ]),
    ];
  });
  const domains = (file.domains ?? []).flatMap((each, at) =>
    typeof each === 'string' || each.power === undefined
      ? []
      : [compileDomainPower(context.complaints, each.name, each.power, ['domains', at, 'power'])],
  );
  return { devices, domains };
}

/** What there is to compare; undefined for a scenario without a workload. Its power data is checked all the same. */
export function compilePolicies(context: Context, file: ScenarioFile): CompiledPolicies | undefined {
  const { complaints } = context;
  const { devices, domains } = compileCosts(context, file);
  const named = Object.entries(file.policies ?? {});
  if (file.workload === undefined) {
    if (named.length > 0)
      complaints.add(['policies'], 'there is no workload to compare policies on', 'add a workload', true);
    return undefined;
  }
  for (const key of ['steps', 'expect'] as const) {
    if (file[key] !== undefined)
      complaints.add(['workload'], `a scenario has ${key} or a workload`, 'make two scenarios of it', true);
  }
  if (devices.length + domains.length === 0)
    complaints.add(
      ['workload'],
      'no device says what it draws, so there is nothing to compare',
      'add power: { active: 45mW, suspended: 1mW } to a device',
      true,
    );
  const workload = compileWorkload(context, file.workload, ['workload']);
  for (const [name] of named) {
    if (TAKEN.includes(name) || name.includes(','))
      complaints.add(
        ['policies', name],
        name.includes(',') ? `'${name}' has a comma in it` : `'${name}' is a row of its own`,
        'take another name',
        true,
      );
  }
  const policies = named.map(([name, policy]) =>
    compilePolicy(context, name, policy ?? {}, { devices, workload }),
  );
  return { devices, domains, workload, policies };
}
