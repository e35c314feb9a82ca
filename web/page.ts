/**
 * The page: the same engine in the browser. A board is chosen or dropped, the answer is the command line's own text.
 */
import {
  allDrivers,
  type Board,
  bootBoard,
  checkBoard,
  checkResult,
  checkText,
  createStyle,
  cyclesOf,
  driverAssumption,
  type FwDevlinkMode,
  focusLinks,
  linksOf,
  linksText,
  matchingDevices,
  orderOf,
  orderText,
  readDeviceTree,
  type World,
} from './engine.ts';

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

const page = {
  board: element('board', HTMLInputElement),
  example: element('example', HTMLSelectElement),
  verb: element('verb', HTMLSelectElement),
  mode: element('mode', HTMLSelectElement),
  strict: element('strict', HTMLInputElement),
  drivers: element('drivers', HTMLSelectElement),
  device: element('device', HTMLInputElement),
  devices: element('devices', HTMLDataListElement),
  status: element('status', HTMLParagraphElement),
  answer: element('answer', HTMLPreElement),
};

const style = createStyle(false, 100);
let board: Board | undefined;

function say(text: string, isError = false): void {
  page.status.textContent = text;
  page.status.classList.toggle('error', isError);
}

function answerText(world: World): string {
  const links = linksOf(world);
  const pattern = page.device.value.trim();
  const ids = pattern === '' ? undefined : matchingDevices(links, pattern);
  if (ids?.length === 0) throw new Error(`the board has no device '${pattern}'`);
  const shown = ids === undefined ? links : focusLinks(links, ids, 1);
  const heading = `${world.board.model ?? world.board.input}: ${shown.devices.length} devices, ${shown.links.length} links`;
  const assumptions = driverAssumption(page.drivers.value);
  const near = new Set(shown.devices.map((device) => device.id));
  switch (page.verb.value) {
    case 'links': {
      const kept = new Set(shown.cycles.map((cycle) => cycle.join(' ')));
      const cycles = cyclesOf(world).filter((cycle) =>
        kept.has(cycle.edges.map((edge) => edge.from).join(' ')),
      );
      return linksText({ result: shown, cycles, heading, assumptions }, style);
    }
    case 'check': {
      const findings = checkBoard(world).filter(
        (one) => ids === undefined || one.devices.some((id) => near.has(id)),
      );
      const { kernel, fwDevlink } = world.settings;
      const counted = {
        input: world.board.input,
        model: null,
        devices: links.devices.length,
        links: links.links.length,
      };
      const context = `Linux ${kernel}, fw_devlink=${fwDevlink}, arm64, drivers ${page.drivers.value}`;
      const parts = {
        kernel,
        fwDevlink,
        context,
        boards: [counted],
        logs: [],
        findings,
        accepted: 0,
        stale: 0,
      };
      return checkText(checkResult(parts), style, { quiet: false });
    }
    default: {
      const order = orderOf(world);
      // The order has devices that are not made from the tree too, such as I2C adapters.
      if (ids === undefined) return orderText({ result: order, heading, assumptions }, style);
      const steps = order.steps.filter((step) => near.has(step.device));
      const luck = order.luck.filter((pair) => near.has(pair.consumer) || near.has(pair.supplier));
      return orderText({ result: { ...order, steps, luck }, heading, assumptions }, style);
    }
  }
}

function show(): void {
  if (board === undefined) return;
  try {
    const started = performance.now();
    const mode = page.mode.value as FwDevlinkMode;
    const world = bootBoard(board, {
      fwDevlink: mode,
      strict: page.strict.checked,
      drivers: page.drivers.value === 'all' ? allDrivers('arm64') : [],
    });
    page.answer.textContent = answerText(world);
    say(`${board.input}: answered in ${Math.round(performance.now() - started)} ms`);
  } catch (error) {
    page.answer.textContent = '';
    say(error instanceof Error ? error.message : String(error), true);
  }
}

function open(name: string, bytes: Uint8Array): void {
  try {
    board = readDeviceTree(bytes, { input: name });
    const names = linksOf(bootBoard(board, { drivers: allDrivers('arm64') })).devices.map(
      (device) => device.name,
    );
    page.devices.replaceChildren(
      ...names.slice(0, 1000).map((value) => Object.assign(document.createElement('option'), { value })),
    );
    page.device.value = '';
    show();
  } catch (error) {
    board = undefined;
    page.answer.textContent = '';
    say(error instanceof Error ? error.message : String(error), true);
  }
}

async function openFile(file: File | undefined): Promise<void> {
  if (file !== undefined) open(file.name, new Uint8Array(await file.arrayBuffer()));
}

page.board.addEventListener('change', () => openFile(page.board.files?.[0]));
page.example.addEventListener('change', async () => {
  if (page.example.value === '') return;
  const response = await fetch(`boards/${page.example.value}`);
  if (response.ok) open(page.example.value, new Uint8Array(await response.arrayBuffer()));
  else say(`the example could not be read (${response.status})`, true);
});
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  void openFile(event.dataTransfer?.files[0]);
});
for (const control of [page.verb, page.mode, page.strict, page.drivers])
  control.addEventListener('change', show);
page.device.addEventListener('input', show);
element('controls', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
