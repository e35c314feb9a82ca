/** What the page uses of devgraph: the library, and the renderers of terminal text. */
export { matchingDevices } from '../src/analysis/focus.ts';
export * from '../src/index.ts';
export { driverAssumption } from '../src/report/assumptions.ts';
export { createStyle } from '../src/report/style.ts';
export { checkText } from '../src/report/text-check.ts';
export { linksText } from '../src/report/text-links.ts';
export { orderText } from '../src/report/text-order.ts';
