/** The generated pages of docs/, by name. */
import { visitAll } from './machine-rows.ts';
import { machinesPage } from './machines-page.ts';
import { bundledRecordings } from './recordings.ts';
import { loadSwitchedModel } from './switched-model.ts';

export async function generatedPages(): Promise<Map<string, string>> {
  const model = await loadSwitchedModel([]);
  const visits = visitAll(model, bundledRecordings());
  return new Map([['machines.md', machinesPage(model, visits)]]);
}
