/** The generated pages of docs/, by name. */
import { CODE_CHANGES, coveragePage } from './coverage-page.ts';
import { visitAll } from './machine-rows.ts';
import { machinesPage } from './machines-page.ts';
import { bundledRecordings } from './recordings.ts';
import { loadSwitchedModel } from './switched-model.ts';

export type PageName = 'machines' | 'coverage';

/** Makes pages of the model as it is and the recordings that are bundled. Throws where a recording is not replayed. */
export async function pageWriter(): Promise<(name: PageName) => string> {
  const model = await loadSwitchedModel(CODE_CHANGES);
  const visits = visitAll(model, bundledRecordings());
  const write = { machines: machinesPage, coverage: coveragePage };
  return (name) => write[name](model, visits);
}
