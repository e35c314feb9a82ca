import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { differencesFromRecord, type RecordedBoard } from '../support/recorded-board.ts';
import { describeWithSharedData, sharedLines, sharedPath } from '../support/shared-data.ts';

const RUNS = [
  { file: 'boards.rpm.all-drivers', mode: 'rpm', drivers: 'all-drivers', boards: 206 },
  { file: 'boards.permissive.all-drivers', mode: 'permissive', drivers: 'all-drivers', boards: 52 },
  { file: 'boards.rpm.driver-per-compatible', mode: 'rpm', drivers: 'driver-per-compatible', boards: 50 },
] as const;

for (const { file, mode, drivers, boards } of RUNS) {
  const path = `kernel-6.12/${file}.jsonl.xz`;
  describeWithSharedData(`${boards} boards with drivers (${drivers}, fw_devlink=${mode})`, [path], () => {
    it('bind and call sync_state in the same order and end in the same state', () => {
      const records = sharedLines(path).map((line): RecordedBoard => JSON.parse(line));
      const usable = records.filter((record) => record.error === undefined);
      expect(usable).toHaveLength(boards);
      const differences = usable.flatMap((record) =>
        differencesFromRecord(
          record,
          readFileSync(sharedPath(`kernel-6.12/boards/${record.dtb}`)),
          mode,
          drivers,
        ),
      );
      expect(differences).toEqual([]);
    }, 120_000);
  });
}
