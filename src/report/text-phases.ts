/** What phases of system sleep do to pairs of devices, for a terminal. */
import type { PhasePair } from '../analysis/phase-order.ts';
import { clean, indented, type Style } from './style.ts';

const PHASE_TITLES: Readonly<Record<PhasePair['kind'], string>> = {
  contradicts: 'phases against a dependency: the supplier is down before its consumer, or up after it',
  'stands in for a link': 'phases that stand in for a link',
  'not needed': 'phases that are not needed for the order: a link or path keeps it',
};

/** Dependent devices whose callbacks are in different phases, by what that does to them; empty without any. */
export function phasePairLines(phases: readonly PhasePair[], style: Style): string[] {
  return (Object.keys(PHASE_TITLES) as PhasePair['kind'][]).flatMap((kind) => {
    const own = phases.filter((pair) => pair.kind === kind);
    if (own.length === 0) return [];
    const lines = own.flatMap(({ reason }) => indented(clean(reason), 2, style.width));
    return [
      '',
      kind === 'contradicts' ? style.red(PHASE_TITLES[kind]) : style.bold(PHASE_TITLES[kind]),
      ...lines,
    ];
  });
}
