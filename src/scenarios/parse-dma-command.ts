/** From a line of a scenario to a command about DMA. */
import {
  DMA_CAP,
  DMA_CAPABILITIES,
  DMA_OPTIONAL_CALLBACKS,
  type DmaCapabilities,
  type DmaCapability,
  type DmaOptionalCallback,
  type DmaSlaveMap,
  hasTableRow,
} from '../core/dma-engine.ts';
import type { DmaCommand, DmasWord } from './command.ts';
import { fail, need, parseNumber, parseOptions } from './command-words.ts';

/** Most channels of an engine, entries of a `dmas`, arguments of one, and `#dma-cells`, as in the recorder. */
const MOST_CHANNELS = 64;
const MOST_WORDS = 8;
const MOST_CELLS = 8;

/** Milliseconds: a day. */
const LONGEST_TRANSFER = 86_400_000;

/** Callbacks of an engine whose driver says nothing else: all that Linux 6.12 has. */
const USUAL_CALLBACKS: readonly DmaOptionalCallback[] = [
  'alloc_chan_resources',
  'free_chan_resources',
  'device_release',
];

type DmaParser = (words: readonly string[]) => DmaCommand;

function oneOf<T extends string>(known: readonly T[], word: string, what: string): T {
  return known.find((each) => each === word) ?? fail(`"${word}" is no ${what}; there are ${known.join(' ')}`);
}

function parseCapabilities(words: string | undefined): DmaCapabilities {
  if (words === undefined || words === 'none') return 0;
  return words
    .split(',')
    .reduce((mask, word) => mask | DMA_CAP[oneOf(DMA_CAPABILITIES, word, 'capability')], 0);
}

function parseEngineCallbacks(words: string | undefined): readonly DmaOptionalCallback[] {
  if (words === undefined) return USUAL_CALLBACKS;
  if (words === 'none') return [];
  return words.split(',').map((word) => oneOf(DMA_OPTIONAL_CALLBACKS, word, 'callback of an engine'));
}

function small(word: string | undefined, what: string, most: number): number {
  const number = parseNumber(word, what);
  return number >= 0 && number <= most ? number : fail(`${what} ${number} is not from 0 to ${most}`);
}

/** `map=CLIENT:NAME:NUMBER`. */
function parseMap(word: string): DmaSlaveMap {
  const [client, name, parameter, ...rest] = word.slice('map='.length).split(':');
  if (rest.length > 0) fail(`"${word}" has too many parts`);
  return {
    client: need(client, 'client'),
    name: need(name, 'name'),
    parameter: parseNumber(parameter, 'the channel'),
  };
}

/** `[NAME=][REFERENCE[:ARGUMENT...]]`. */
function parseDmas(word: string): DmasWord {
  const at = word.indexOf('=');
  const [reference = '', ...args] = word.slice(at + 1).split(':');
  if (args.length > MOST_CELLS) fail(`"${word}" has more than ${MOST_CELLS} arguments`);
  return {
    name: at < 0 ? undefined : word.slice(0, at),
    reference: reference === '' ? undefined : reference,
    args: args.map((argument) => parseNumber(argument, 'argument')),
  };
}

function parseDmadev([device, ...rest]: readonly string[]): DmaCommand {
  const isMap = (word: string) => word.startsWith('map=');
  const others = rest.filter((word) => !isMap(word));
  const options = parseOptions(
    others,
    ['chans', 'caps', 'callbacks', 'lacks', 'numa'],
    ['no_tx_status', 'no_issue_pending', 'deps'],
  );
  return {
    kind: 'dmadev',
    device: need(device, 'device'),
    wanted: {
      channels: small(options.get('chans') ?? '1', 'the number of channels', MOST_CHANNELS),
      capabilities: parseCapabilities(options.get('caps') ?? 'slave'),
      lacking: parseCapabilities(options.get('lacks')),
      callbacks: parseEngineCallbacks(options.get('callbacks')),
      txStatus: !options.has('no_tx_status'),
      issuePending: !options.has('no_issue_pending'),
      runsDependencies: options.has('deps'),
      map: rest.filter(isMap).map(parseMap),
      numaNode: options.has('numa') ? small(options.get('numa'), 'the NUMA node', 1024) : -1,
    },
  };
}

function parseDmaof([device, kind, ...rest]: readonly string[]): DmaCommand {
  const options = parseOptions(rest, ['caps'], []);
  return {
    kind: 'dmaof',
    device: need(device, 'device'),
    translation: oneOf(['simple', 'chan_id'], need(kind, 'translation'), 'translation'),
    capabilities: parseCapabilities(options.get('caps') ?? 'slave'),
  };
}

function parseTableCapability(word: string | undefined): DmaCapability {
  const capability = oneOf(DMA_CAPABILITIES, need(word, 'capability'), 'capability');
  return hasTableRow(capability) ? capability : fail(`no channel is found by "${capability}"`);
}

/** Parsers of the commands about DMA, by name. */
export const DMA_PARSERS: Readonly<Record<string, DmaParser>> = {
  dmadev: parseDmadev,
  rmdmadev: ([device]) => ({ kind: 'rmdmadev', device: need(device, 'device') }),
  dmacells: ([device, cells]) => ({
    kind: 'dmacells',
    device: need(device, 'device'),
    cells: cells === 'none' ? -1 : small(cells, '#dma-cells', MOST_CELLS),
  }),
  dmas: ([device, ...words]) => {
    if (words.length > MOST_WORDS) fail(`more than ${MOST_WORDS} entries`);
    return { kind: 'dmas', device: need(device, 'device'), words: words.map(parseDmas) };
  },
  dmaof: parseDmaof,
  rmdmaof: ([device]) => ({ kind: 'rmdmaof', device: need(device, 'device') }),
  dmarouter: ([device, target]) => ({
    kind: 'dmarouter',
    device: need(device, 'device'),
    target: need(target, 'target'),
  }),
  dmareq: ([device, handle, name]) => ({
    kind: 'dmareq',
    device: need(device, 'device'),
    handle: need(handle, 'handle'),
    name: need(name, 'name'),
  }),
  dmareq_filter: ([device, handle, ...rest]) => ({
    kind: 'dmareq_filter',
    device: need(device, 'device'),
    handle: need(handle, 'handle'),
    capabilities: parseCapabilities(parseOptions(rest, ['caps'], []).get('caps') ?? 'slave'),
  }),
  dmareq_mask: ([handle, ...rest]) => ({
    kind: 'dmareq_mask',
    handle: need(handle, 'handle'),
    capabilities: parseCapabilities(parseOptions(rest, ['caps'], []).get('caps') ?? 'memcpy'),
  }),
  dmaslave: ([device, handle, channel]) => ({
    kind: 'dmaslave',
    device: need(device, 'device'),
    handle: need(handle, 'handle'),
    channel: small(channel, 'the channel', MOST_CHANNELS),
  }),
  dmaany: ([device, handle]) => ({
    kind: 'dmaany',
    device: need(device, 'device'),
    handle: need(handle, 'handle'),
  }),
  dmarel: ([handle]) => ({ kind: 'dmarel', handle: need(handle, 'handle') }),
  dmaprep: ([handle, descriptor, ...rest]) => {
    const options = parseOptions(rest, ['client', 'takes', 'arrives'], ['cyclic']);
    return {
      kind: 'dmaprep',
      handle: need(handle, 'handle'),
      descriptor: need(descriptor, 'descriptor'),
      client: options.get('client'),
      cyclic: options.has('cyclic'),
      takes: options.has('takes') ? small(options.get('takes'), 'the time', LONGEST_TRANSFER) : -1,
      arrives: small(options.get('arrives') ?? '0', 'the time', LONGEST_TRANSFER),
    };
  },
  dmadepend: ([descriptor, on]) => ({
    kind: 'dmadepend',
    descriptor: need(descriptor, 'descriptor'),
    on: need(on, 'descriptor'),
  }),
  dmasubmit: ([descriptor]) => ({ kind: 'dmasubmit', descriptor: need(descriptor, 'descriptor') }),
  ...Object.fromEntries(
    (
      [
        ...(['dmaissue', 'dmairq', 'dmaterm', 'dmasync', 'dmapause', 'dmaresume'] as const),
        ...(['dmaprepare', 'dmaunprepare', 'dmateardown'] as const),
      ] as const
    ).map((kind): [string, DmaParser] => [kind, ([handle]) => ({ kind, handle: need(handle, 'handle') })]),
  ),
  dmaswitch: ([handle, name]) => ({
    kind: 'dmaswitch',
    handle: need(handle, 'handle'),
    name: need(name, 'switch'),
  }),
  dmastatus: ([handle, cookie]) => ({
    kind: 'dmastatus',
    handle: need(handle, 'handle'),
    cookie: parseNumber(cookie, 'the cookie'),
  }),
  dmaissueall: () => ({ kind: 'dmaissueall' }),
  dmaget: () => ({ kind: 'dmaget' }),
  dmaput: () => ({ kind: 'dmaput' }),
  dmafind: ([capability]) => ({ kind: 'dmafind', capability: parseTableCapability(capability) }),
};
