/** What is built with switches in it: the model, and what holds it against recordings. */
export { CHANNEL_TABLE } from '../../src/dma/channel-machine.ts';
export { LINK_TABLE } from '../../src/links/link-machine.ts';
export { RUNTIME_TABLE } from '../../src/pm/runtime-machine.ts';
export { runScenario } from '../../src/scenarios/index.ts';
export { differencesFromRecord } from '../support/recorded-board.ts';
