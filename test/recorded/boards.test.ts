import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { differencesFromRecord, type RecordedBoard } from '../support/recorded-board.ts';
import { describeWithSharedData, exampleBoard, sharedLines, sharedPath } from '../support/shared-data.ts';

describe('the bundled boards, as a running 6.12.117 kernel saw them', () => {
  for (const name of ['imx8mp-evk', 'rk3399-rock-pi-4b']) {
    for (const mode of ['rpm', 'permissive'] as const) {
      it(`${name} has the kernel's devices, links and orders with fw_devlink=${mode}`, () => {
        const file = new URL(`../fixtures/kernel-6.12/${name}.${mode}.json`, import.meta.url);
        const record: RecordedBoard = JSON.parse(readFileSync(fileURLToPath(file), 'utf8'));
        expect(differencesFromRecord(record, exampleBoard(`${name}.dtb`), mode)).toEqual([]);
      });
    }
  }
});

for (const mode of ['rpm', 'permissive'] as const) {
  const file = `kernel-6.12/boards.${mode}.jsonl.xz`;
  describeWithSharedData(
    `206 boards, as a running 6.12.117 kernel saw them with fw_devlink=${mode}`,
    [file],
    () => {
      it('have the same devices, links, waiting devices and orders, before and after the timeout', () => {
        const records = sharedLines(file).map((line): RecordedBoard => JSON.parse(line));
        const usable = records.filter((record) => record.error === undefined);
        expect(usable.length).toBeGreaterThanOrEqual(200);
        const differences = usable.flatMap((record) =>
          differencesFromRecord(record, readFileSync(sharedPath(`kernel-6.12/boards/${record.dtb}`)), mode),
        );
        expect(differences).toEqual([]);
      }, 120_000);

      it('suspend in reverse dpm_list order and resume in dpm_list order', () => {
        const records = sharedLines(file).map((line): RecordedBoard => JSON.parse(line));
        const recorded = records.filter((record) => record.suspend_is_reverse_dpm !== undefined);
        expect(recorded.every((record) => record.suspend_is_reverse_dpm && record.resume_is_dpm)).toBe(true);
        expect(recorded.length).toBe(mode === 'rpm' ? records.length : 0);
      });
    },
  );
}
