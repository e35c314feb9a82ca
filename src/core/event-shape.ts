/** The shape of what has happened in a World, typed against model-event.ts as world-shape.ts is. */
import { CALLBACKS } from './callbacks.ts';
import { DMA_CALLBACKS } from './dma-engine.ts';
import { DMA_MISUSES } from './dma-misuse.ts';
import type { ModelEvent, RecordedEvent } from './model-event.ts';
import { DOMAIN_CALLBACKS, DOMAIN_DEVICE_CALLBACKS } from './power-domain.ts';
import {
  bare,
  count,
  type Fields,
  flag,
  id,
  idOrNone,
  int,
  list,
  maybe,
  object,
  oneOf,
  type Shape,
  tagged,
  text,
  time,
} from './shape.ts';
import { SLEEP_PHASES } from './trace.ts';

type Event<K extends ModelEvent['kind']> = Extract<ModelEvent, { kind: K }>;

type Recorded = RecordedEvent['kind'];

/** An event of a recording World: these fields, and when and by whom. */
function recorded<K extends Recorded>(kind: K, fields: Fields<Omit<Event<K>, 'kind' | 'time' | 'task'>>) {
  return object<Event<K>>({ ...fields, kind: oneOf(kind), time, task: count } as never);
}

const deviceCallback = oneOf(...CALLBACKS, ...DOMAIN_DEVICE_CALLBACKS, ...DMA_CALLBACKS);
const domainCallback = oneOf(...DOMAIN_CALLBACKS);

const RECORDED: { readonly [K in Recorded]: Shape<Event<K>> } = {
  'callback-begin': recorded('callback-begin', {
    device: id,
    callback: deviceCallback,
    layer: oneOf('drv', 'type', 'dom', 'genpd', 'dma'),
    driver: idOrNone,
  }),
  'callback-end': recorded('callback-end', { device: id, callback: deviceCallback, value: int }),
  'domain-callback-begin': recorded('domain-callback-begin', { domain: id, callback: domainCallback }),
  'domain-callback-end': recorded('domain-callback-end', {
    domain: id,
    callback: domainCallback,
    value: int,
  }),
  'domain-status': recorded('domain-status', { domain: id, status: oneOf('on', 'off') }),
  'runtime-status': recorded('runtime-status', {
    device: id,
    status: oneOf('active', 'resuming', 'suspended', 'suspending'),
  }),
  'sleep-cycle': recorded('sleep-cycle', { mark: oneOf('entry', 'asleep', 'exit') }),
  'sleep-phase': recorded('sleep-phase', { phase: oneOf(...SLEEP_PHASES), edge: oneOf('begin', 'end') }),
  'sleep-device': recorded('sleep-device', {
    device: id,
    parent: idOrNone,
    asynchronous: flag,
    syscore: flag,
    suppliers: list(object<{ readonly supplier: number; readonly link: number }>({ supplier: id, link: id })),
  }),
  'direct-complete': recorded('direct-complete', { device: id }),
  'sleep-failure': recorded('sleep-failure', { device: idOrNone, what: text, error: int }),
};

export const event = tagged<ModelEvent, 'kind'>('kind', {
  ...RECORDED,
  'device-add': object<Event<'device-add'>>({ kind: oneOf('device-add'), device: id }),
  'link-add': object<Event<'link-add'>>({ kind: oneOf('link-add'), link: id }),
  'link-relax': object<Event<'link-relax'>>({
    kind: oneOf('link-relax'),
    link: id,
    why: oneOf('cycle', 'no driver'),
  }),
  'dma-request': object<Event<'dma-request'>>({
    kind: oneOf('dma-request'),
    client: id,
    name: text,
    result: int,
    engine: idOrNone,
    channel: idOrNone,
    link: idOrNone,
    refused: text,
  }),
  'link-refused': object<Event<'link-refused'>>({
    kind: oneOf('link-refused'),
    consumer: id,
    supplier: id,
    reason: text,
  }),
  'device-exists': object<Event<'device-exists'>>({
    kind: oneOf('device-exists'),
    node: idOrNone,
    name: text,
  }),
  cycle: object<Event<'cycle'>>({ kind: oneOf('cycle'), consumer: id, supplier: id }),
  'cycle-search-limit': object<Event<'cycle-search-limit'>>({
    kind: oneOf('cycle-search-limit'),
    consumer: id,
    supplier: id,
  }),
  probe: object<Event<'probe'>>({ kind: oneOf('probe'), device: id, driver: id }),
  defer: object<Event<'defer'>>({ kind: oneOf('defer'), device: id, reason: maybe(text) }),
  bound: object<Event<'bound'>>({ kind: oneOf('bound'), device: id }),
  unbound: object<Event<'unbound'>>({ kind: oneOf('unbound'), device: id, driver: id }),
  'probe-error': object<Event<'probe-error'>>({
    kind: oneOf('probe-error'),
    device: id,
    driver: id,
    error: int,
  }),
  booted: bare('booted'),
  timeout: bare('timeout'),
  'sync-state': object<Event<'sync-state'>>({ kind: oneOf('sync-state'), device: id }),
  'dma-misuse': object<Event<'dma-misuse'>>({
    kind: oneOf('dma-misuse'),
    what: oneOf(...DMA_MISUSES),
    device: idOrNone,
    channel: idOrNone,
  }),
  message: object<Event<'message'>>({ kind: oneOf('message'), time, device: idOrNone, text }),
  warning: object<Event<'warning'>>({ kind: oneOf('warning'), time, place: text }),
});
