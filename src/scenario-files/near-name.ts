/** The name that was probably meant. */
import { nearest } from '../core/nearest.ts';

/** `did you mean uart?`, else a list of what there is, as far as it is short. */
export function nearHint(word: string, candidates: readonly string[], what: string): string {
  const near =
    nearest(word, candidates) ?? (word.length > 3 ? candidates.find((one) => one.includes(word)) : undefined);
  if (near !== undefined) return `did you mean ${near}?`;
  if (candidates.length === 0) return `there is no ${what} at all`;
  const shown = candidates.slice(0, 12).join(', ');
  const verb = candidates.length === 1 ? 'is' : 'are';
  return candidates.length > 12 ? `among others there are ${shown}` : `there ${verb} ${shown}`;
}
