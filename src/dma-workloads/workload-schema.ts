/**
 * Workload files: the schema of their form, and the reader of YAML and JSON text, which also looks every name up. Import it on
 * its own, since zod is slow to load.
 */
import { z } from 'zod';
import { nearest } from '../core/nearest.ts';
import { readDesign } from '../dma/index.ts';
import { Complaints, type KeyPath } from '../scenario-files/complaints.ts';
import { readYaml } from '../scenario-files/read-yaml.ts';
import { issueFaults } from '../scenario-files/schema-issues.ts';
import { duration, flag, list, optional, text } from '../scenario-files/schema-values.ts';
import { FINDING_KINDS, type FindingKind, ORDERED, STOP_PHASES, type Workload } from './workload.ts';

/** The most transfers of a workload: each is an event. */
const MOST_TRANSFERS = 100_000;
/** The most buses, engines, clients and switches: every driver is offered every device. */
const MOST_DEVICES = 1_000;
const MOST_CHANNELS = 256;
const MOST_STEPS = 10_000;

const name = (description: string) => text(description).min(1);
const time = (description: string) =>
  duration.regex(/^\d/, { error: ({ input }) => `'${input}' is negative` }).describe(description);
const named = <T extends z.ZodType>(item: T, description: string) =>
  z.record(z.string().min(1).max(200), item).describe(description);

const bus = z.strictObject({
  resume: optional(time('How long its runtime resume takes.')),
  suspend: optional(time('How long its runtime suspend takes.')),
});

const engine = bus.extend({
  channels: optional(z.int().min(1).max(MOST_CHANNELS).describe('How many channels; default 4.')),
  autosuspend: optional(time('Its autosuspend delay.')),
  parent: optional(name('The bus that powers it.')),
});

const client = bus.extend({
  channels: named(name('An engine.'), 'The engine of each of its channels, by the name of the channel.'),
  autosuspend: optional(time('Its autosuspend delay.')),
  parent: optional(name('The bus that powers it.')),
  runtime_pm: optional(flag('Whether it has runtime PM; default true.')),
  requests_first: optional(flag('It requests its channels before it enables runtime PM; default false.')),
  sleep: optional(
    z
      .enum([...STOP_PHASES, 'none'])
      .describe('The phase of system sleep in which it stops; default suspend.'),
  ),
  drains: optional(time('It moves data that long while it stops and starts in system sleep.')),
  switch: optional(name('The switch between its channels and the device.')),
});

const transfer = z.strictObject({
  client: name('The client.'),
  channel: name('One of its channels.'),
  takes: time("Until the engine's interrupt says that the data have left memory."),
  arrives: optional(time('How long behind that the data have arrived at the device; default 0ms.')),
  times: optional(
    z
      .int()
      .min(1)
      .max(MOST_TRANSFERS)
      .describe('How many, each prepared and issued in the callback of the one before; default 1.'),
  ),
  interrupt: optional(flag("It is issued in the client's interrupt handler; default in process context.")),
});

/** A step has one of these keys; a map of all of them lets a fault inside one be told as it is. */
const step = z
  .strictObject({
    probe: optional(
      z
        .union([name('A device.'), list(name('A device.'), 'Devices.')])
        .describe(
          'Registers the drivers of these devices, in this order, and lets deferred probes be retried.',
        ),
    ),
    open: optional(name('The client that is about to use DMA: pm_runtime_get_sync() of itself.')),
    close: optional(name('The client that has done so: pm_runtime_put() of itself.')),
    transfer: optional(transfer.describe('A transfer.')),
    idle: optional(name('The client that says that its device has all the data.')),
    synchronize: optional(name('The client that calls dmaengine_synchronize().')),
    wait: optional(time('How long nothing new is done.')),
    sleep: optional(z.null().describe('A cycle of system sleep.')),
    unbind: optional(name('The client or engine whose driver is unbound.')),
  })
  .refine((one) => Object.keys(one).length === 1, { error: 'a step has one key' })
  .describe('A step: a map with one key.');

const number = (description: string) => optional(z.int().min(0).describe(description));

const expected = z
  .strictObject({
    deferrals: number('Probes put off.'),
    links: number('Device links made.'),
    order: optional(z.enum(ORDERED).describe('What keeps clients ahead of their engines in suspend.')),
    resumes: number('Runtime resumes of engines.'),
    on: optional(time('How long engines were on, in sum.')),
    bus_on: optional(time('How long buses were on, in sum.')),
    latency: optional(time('The longest from asking to the device being ready.')),
    done: number('Transfers done.'),
    lost: number('Transfers lost.'),
    atomic: number('Resumes that may sleep, needed in atomic context.'),
    findings: optional(
      list(
        z.enum(Object.keys(FINDING_KINDS) as FindingKind[]).describe('A kind of finding.'),
        'The kinds of findings, all of them.',
      ),
    ),
  })
  .describe('What is expected of a policy.');

/** A workload file. */
export const workloadSchema = z
  .strictObject({
    name: optional(text('What reports call it; default the name of the file.')),
    description: optional(text('What it shows.')),
    buses: optional(
      named(z.nullable(bus), 'Devices above engines and clients that follow their runtime PM, by name.'),
    ),
    engines: named(z.nullable(engine), 'DMA engines by name.'),
    clients: named(client, 'DMA clients by name.'),
    switches: optional(list(name('A switch.'), 'Switches between channels and devices.')),
    order: optional(
      list(
        name('A bus, an engine or a client.'),
        'The order in which devices are registered; default buses, engines, clients.',
      ),
    ),
    steps: z.array(step).max(MOST_STEPS).describe('What is done, in order.'),
    policies: optional(list(name('A policy.'), 'Policies that are compared without --policy.')),
    expect: optional(named(expected, 'What is expected, by policy.')),
  })
  .meta({
    title: 'devgraph dma workload',
    description: 'Engines, clients and what the clients do, to be carried out under several policies.',
  });

/** The JSON Schema (draft 2020-12) of a workload file. */
export function workloadJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(workloadSchema, { io: 'input', reused: 'ref' });
}

let knownKeys: readonly string[] | undefined;

function allKeys(): readonly string[] {
  if (knownKeys !== undefined) return knownKeys;
  const keys = new Set<string>();
  JSON.stringify(workloadJsonSchema(), (key, value: unknown) => {
    if (key === 'properties') for (const known of Object.keys(value as object)) keys.add(known);
    return value;
  });
  knownKeys = [...keys];
  return knownKeys;
}

/** Names and policies of a workload whose form is right. */
class NameCheck {
  readonly #workload: Workload;
  readonly #complaints: Complaints;
  readonly #kinds = new Map<string, 'bus' | 'engine' | 'client' | 'switch'>();

  constructor(workload: Workload, complaints: Complaints) {
    this.#workload = workload;
    this.#complaints = complaints;
    this.#collect('buses', 'bus', Object.keys(workload.buses ?? {}));
    this.#collect('engines', 'engine', Object.keys(workload.engines));
    this.#collect('clients', 'client', Object.keys(workload.clients));
    this.#collect('switches', 'switch', workload.switches ?? []);
  }

  #collect(key: string, kind: 'bus' | 'engine' | 'client' | 'switch', names: readonly string[]): void {
    for (const [index, one] of names.entries()) {
      const path = kind === 'switch' ? [key, index] : [key, one];
      if (this.#kinds.has(one))
        this.#complaints.add(path, `'${one}' names something else already`, undefined, true);
      if (/^(power|uevent|subsystem|dma\d+chan\d+)$/.test(one) || /\s/.test(one))
        this.#complaints.add(path, `'${one}' cannot be the name of a device`, undefined, true);
      this.#kinds.set(one, kind);
    }
  }

  #is(one: string | undefined, kinds: readonly string[], path: KeyPath): void {
    if (one === undefined) return;
    const kind = this.#kinds.get(one);
    if (kind !== undefined && kinds.includes(kind)) return;
    const candidates = [...this.#kinds].filter(([, known]) => kinds.includes(known)).map(([known]) => known);
    const near = nearest(one, candidates);
    this.#complaints.add(
      path,
      kind === undefined ? `there is no ${kinds.join(' or ')} '${one}'` : `'${one}' is a ${kind}`,
      near === undefined ? undefined : `did you mean ${near}?`,
    );
  }

  #policy(policy: string, path: KeyPath, key = false): void {
    try {
      readDesign(policy);
    } catch (error) {
      this.#complaints.add(path, (error as Error).message.replace(/^--policy: /, ''), undefined, key);
    }
  }

  /** Sizes that make a run long. */
  #sizes(): void {
    const { steps } = this.#workload;
    const transfers = steps.reduce(
      (sum, one) => sum + ('transfer' in one ? (one.transfer.times ?? 1) : 0),
      0,
    );
    if (transfers > MOST_TRANSFERS)
      this.#complaints.add(['steps'], `${transfers} transfers; there may be ${MOST_TRANSFERS} at most`);
    if (this.#kinds.size > MOST_DEVICES)
      this.#complaints.add([], `${this.#kinds.size} devices; there may be ${MOST_DEVICES} at most`);
  }

  check(): void {
    const { engines, clients, order = [], steps, policies = [], expect = {} } = this.#workload;
    this.#sizes();
    for (const [one, file] of Object.entries(engines))
      this.#is(file?.parent, ['bus'], ['engines', one, 'parent']);
    for (const [one, { channels, parent, switch: box }] of Object.entries(clients)) {
      for (const [channel, supplier] of Object.entries(channels))
        this.#is(supplier, ['engine'], ['clients', one, 'channels', channel]);
      this.#is(parent, ['bus'], ['clients', one, 'parent']);
      this.#is(box, ['switch'], ['clients', one, 'switch']);
    }
    for (const [index, one] of order.entries()) this.#is(one, ['bus', 'engine', 'client'], ['order', index]);
    for (const [index, one] of steps.entries()) this.#step(one, ['steps', index]);
    for (const [index, one] of policies.entries()) this.#policy(one, ['policies', index]);
    for (const one of Object.keys(expect)) this.#policy(one, ['expect', one], true);
  }

  #step(one: Workload['steps'][number], path: KeyPath): void {
    const devices = ['bus', 'engine', 'client'];
    if ('probe' in one) {
      const names = typeof one.probe === 'string' ? [one.probe] : one.probe;
      for (const probed of names) this.#is(probed, devices, [...path, 'probe']);
    } else if ('unbind' in one) this.#is(one.unbind, devices, [...path, 'unbind']);
    else if ('transfer' in one) {
      const { client: mover, channel } = one.transfer;
      this.#is(mover, ['client'], [...path, 'transfer', 'client']);
      const { channels } = this.#workload.clients[mover] ?? {};
      if (channels !== undefined && !Object.hasOwn(channels, channel))
        this.#complaints.add(
          [...path, 'transfer', 'channel'],
          `${mover} has no channel '${channel}'`,
          `it has ${Object.keys(channels).join(', ')}`,
        );
    } else
      for (const [key, value] of Object.entries(one))
        if (['open', 'close', 'idle', 'synchronize'].includes(key))
          this.#is(value ?? undefined, ['client'], [...path, key]);
  }
}

/**
 * Reads a workload from YAML or JSON. `input` names the text in errors. Throws InputError, with all further faults in `others`,
 * each with line and column: what its form may not be, names that nothing has, policies that are none.
 */
export function readWorkload(bytes: Uint8Array | string, input: string): Workload {
  const { value, placeOf } = readYaml(bytes, input);
  const complaints = new Complaints(placeOf);
  const parsed = workloadSchema.safeParse(value);
  if (!parsed.success) {
    const keys = allKeys();
    for (const issue of parsed.error.issues) {
      for (const { path, what, hint, isKey } of issueFaults(issue, value, keys))
        complaints.add(path, what, hint, isKey);
    }
    complaints.throwIfAny();
    throw new Error('a workload was refused without a reason');
  }
  const workload = parsed.data as Workload;
  new NameCheck(workload, complaints).check();
  complaints.throwIfAny();
  return workload;
}
