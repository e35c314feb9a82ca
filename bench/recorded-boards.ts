/** The boards to measure on: those of ../shared/data where it is there, else the bundled ones. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHARED = `${ROOT}../shared/data/kernel-6.12/boards`;

export const HAS_SHARED_BOARDS = existsSync(SHARED);
/** The program, if it has been built. */
export const CLI = `${ROOT}dist/cli.js`;
export const BUNDLED = `${ROOT}examples/boards`;
/** The largest of the recorded boards, else the larger of the bundled ones. */
export const LARGEST = HAS_SHARED_BOARDS ? `${SHARED}/qcom/sdm845-db845c.dtb` : `${BUNDLED}/imx8mp-evk.dtb`;

/** Paths of all of them. */
export function allBoards(): string[] {
  const folder = HAS_SHARED_BOARDS ? SHARED : BUNDLED;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.dtb'))
    .map((name) => `${folder}/${name}`)
    .sort();
}
