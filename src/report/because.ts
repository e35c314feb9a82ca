/** What keeps devices on, as sentences. */
import type { Cause, HeldShare } from '../policies/index.ts';
import { energyText, timeText } from './amounts.ts';
import { clean } from './style.ts';

/** `dma (18 s) and i2s (18 s)`. */
function namesText(keeps: Cause['keeps']): string {
  const shown = keeps.slice(0, 4).map(({ name, time }) => `${clean(name)} (${timeText(time)})`);
  if (keeps.length > 4) shown.push(`${keeps.length - 4} more`);
  return shown.length === 1 ? shown[0]! : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

function holderText({ holder, of, delay }: Cause): string {
  const name = clean(of);
  switch (holder) {
    case 'autosuspend timer':
      return `${name}: its autosuspend delay of ${timeText((delay ?? 0) * 1000)}`;
    case 'negative autosuspend delay':
      return `${name}: its autosuspend delay, which is negative,`;
    case 'forbid':
      return `${name}: 'on' in its power/control`;
    case 'usage count':
      return `${name}: a usage count that no request holds`;
    case 'sync_state':
      return `${name}: a usage count that waits for its sync_state`;
    case 'resume latency 0':
      return `${name}: a PM QoS resume latency of 0`;
    case 'runtime PM disabled':
      return `${name}: runtime PM that is disabled`;
    case 'error':
      return `${name}: a callback's error, after which runtime PM leaves it alone,`;
    case 'nobody asks':
      return `${name}: nobody asks whether it is idle, which`;
    case 'domain flag':
      return `${name}: its flag to stay on`;
    case 'domain refuses':
      return `${name}: nothing in it is in use and nobody powers it off, which`;
    default:
      return `${name}: ${holder}`;
  }
}

/** `i2s: its autosuspend delay of 3 ms keeps dma (18 s) and i2s (18 s) on without work: 873 mJ`. */
export function causeText(cause: Cause): string {
  return `${holderText(cause)} keeps ${namesText(cause.keeps)} on without work: ${energyText(cause.energy)}`;
}

/** `consumer i2s 18 s, autosuspend timer 3 s`. */
export function heldText(held: readonly HeldShare[]): string {
  return held
    .map(({ holder, by, time }) => `${holder}${by === null ? '' : ` ${clean(by)}`} ${timeText(time)}`)
    .join(', ');
}
