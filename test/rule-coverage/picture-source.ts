/**
 * What a committed picture was drawn from. Graphviz gives other bytes in each version, so a picture carries the hash of its source and
 * is up to date if that is.
 */
import { createHash } from 'node:crypto';

function mark(source: string): string {
  return `<!-- Drawn from ${createHash('sha256').update(source).digest('hex')} -->`;
}

/** An SVG with the mark of its source behind its XML declaration. */
export function withSource(svg: string, source: string): string {
  return svg.replace('?>\n', `?>\n${mark(source)}\n`);
}

export function isDrawnFrom(svg: string, source: string): boolean {
  return svg.includes(mark(source));
}
