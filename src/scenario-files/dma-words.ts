/** What the arguments of steps about DMA say, as plain data and as words of commands. */
import type { DmaCapability, DmaOptionalCallback } from '../core/dma-engine.ts';
import type { KeyPath } from './complaints.ts';

/** Looks a device up: its word. */
type DeviceWord = (name: string, path: KeyPath) => string;

/** An entry of `dmas`: the name for dma-names; the controller and the arguments; either may be missing. */
export interface ScenarioDmaEntry {
  readonly name?: string | undefined;
  /** null: an empty entry. */
  readonly controller?: string | null | undefined;
  readonly args?: readonly number[] | undefined;
}

/** An entry of an engine's filter map. */
export interface ScenarioDmaMap {
  readonly client: string;
  readonly name: string;
  readonly channel: number;
}

/** Values of arguments, by what the argument is. */
export interface DmaArgumentTypes {
  readonly handle: string;
  readonly word: string;
  readonly count: number;
  readonly 'dma capability': DmaCapability;
  readonly 'dma capabilities': readonly DmaCapability[];
  /** Those that the driver has; null for all that Linux 6.12 has. */
  readonly 'dma callbacks': readonly DmaOptionalCallback[] | null | undefined;
  readonly 'dma map': readonly ScenarioDmaMap[] | null | undefined;
  readonly 'dma entries': readonly ScenarioDmaEntry[];
  /** The device with the callback; left out for none. */
  readonly client: string | null | undefined;
  readonly cyclic: boolean | undefined;
  /** How long the hardware needs, and the data behind it; left out: a step ends it, at once. */
  readonly takes: string | undefined;
  readonly arrives: string | undefined;
  /** The driver calls dma_run_dependencies(). */
  readonly 'dma dependencies': boolean | undefined;
  readonly 'dma translation': 'simple' | 'chan_id';
}

export type DmaArgumentKind = keyof DmaArgumentTypes;

function entryWord(deviceWord: DeviceWord, entry: ScenarioDmaEntry, path: KeyPath): string {
  const { name, controller, args = [] } = entry;
  const label = name === undefined ? '' : `${name}=`;
  if (controller === undefined) return label;
  if (controller === null) return `${label}0`;
  const device = deviceWord(controller, [...path, 'controller']);
  return `${label}${[device, ...args].join(':')}`;
}

/** The word, or words, of an argument. */
export function dmaArgumentWord(
  deviceWord: DeviceWord,
  kind: DmaArgumentKind,
  value: unknown,
  path: KeyPath,
): string {
  const values = { [kind]: value } as unknown as { readonly [K in DmaArgumentKind]: DmaArgumentTypes[K] };
  switch (kind) {
    case 'dma capabilities':
      return values[kind].length === 0 ? 'none' : values[kind].join(',');
    case 'dma callbacks': {
      const callbacks = values[kind];
      if (callbacks === null || callbacks === undefined) return '';
      return `callbacks=${callbacks.length === 0 ? 'none' : callbacks.join(',')}`;
    }
    case 'dma map':
      return (values[kind] ?? [])
        .map(({ client, name, channel }) => `map=${client}:${name}:${channel}`)
        .join(' ');
    case 'dma entries':
      return values[kind].map((entry, at) => entryWord(deviceWord, entry, [...path, at])).join(' ');
    case 'client': {
      const client = values[kind];
      return client === null || client === undefined ? '' : `client=${deviceWord(client, path)}`;
    }
    case 'dma dependencies':
      return values[kind] === true ? 'deps' : '';
    case 'cyclic':
      return values[kind] === true ? 'cyclic' : '';
    default:
      return String(value);
  }
}
