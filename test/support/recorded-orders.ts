/** dpm_list, links and parents of boards as a running kernel had them. */
import { sharedLines } from './shared-data.ts';

export interface RecordedOrder {
  readonly dtb: string;
  /** dpm_list, platform devices only. */
  readonly dpm: readonly string[];
  /** Consumer and supplier of each link that is not SYNC_STATE_ONLY, where both are in the list. */
  readonly ordering: readonly (readonly [string, string])[];
  /** Child and parent, where both are in the list. */
  readonly parentOf: readonly (readonly [string, string])[];
}

interface BoardRecord {
  readonly dtb: string;
  readonly error?: unknown;
  readonly dpm: readonly string[];
  readonly links: readonly {
    readonly consumer: string;
    readonly supplier: string;
    readonly sync_state_only: number;
  }[];
  readonly platform: readonly { readonly name: string; readonly parent: string }[];
}

function withoutBus(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** The boards of a recording that the kernel survived. */
export function readRecordedBoards(name: string): RecordedOrder[] {
  return sharedLines(name).flatMap((line) => {
    const board = JSON.parse(line) as BoardRecord;
    if (board.error !== undefined) return [];
    const listed = new Set(board.dpm);
    const isListed = ([one, two]: readonly [string, string]) => listed.has(one) && listed.has(two);
    const links = board.links
      .filter((link) => link.sync_state_only === 0)
      .map(({ consumer, supplier }) => [withoutBus(consumer), withoutBus(supplier)] as const);
    const parents = board.platform.map(({ name: device, parent }) => [device, parent] as const);
    return [
      {
        dtb: board.dtb,
        dpm: board.dpm,
        ordering: links.filter(isListed),
        parentOf: parents.filter(isListed),
      },
    ];
  });
}
