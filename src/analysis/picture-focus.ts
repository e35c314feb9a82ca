/** What a picture shows when nobody has narrowed it: a whole board is too much to look at. */

import type { World } from '../core/world.ts';
import { checkBoard } from './check-board.ts';

/** The devices in a picture, how far around them to draw, and a title that says what was left out. */
export interface PictureFocus {
  readonly ids: readonly string[];
  readonly depth: number;
  readonly title: string;
}

/** Boards of fewer devices are drawn whole. */
const SMALL_BOARD = 25;

/**
 * The devices that findings of check name; undefined where there are none, or for a board small enough to be drawn whole.
 * `--device '*'` draws all of any board.
 */
export function pictureFocus(world: World): PictureFocus | undefined {
  if (world.devices.length <= SMALL_BOARD) return undefined;
  const ids = [...new Set(checkBoard(world).flatMap((finding) => finding.devices))];
  if (ids.length === 0) return undefined;
  const board = world.board.model ?? world.board.input;
  return { ids, depth: 0, title: `${board}: devices that devgraph check names; --device '*' draws all` };
}
