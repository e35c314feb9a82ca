/** devgraph order: in which order the board suspends and resumes, and what of it is luck. */
import { nearDevices } from '../analysis/focus.ts';
import { type LinksResult, linksOf } from '../analysis/links.ts';
import { type OrderResult, orderOf } from '../analysis/order.ts';
import { pictureFocus } from '../analysis/picture-focus.ts';
import { driverAssumption } from '../report/assumptions.ts';
import type { PictureOptions } from '../report/picture.ts';
import { count } from '../report/style.ts';
import { graphOrderText, orderText } from '../report/text-order.ts';
import type { Io } from './io.ts';
import { depthOf, focusOf } from './links.ts';
import { optionValue, type ParsedOptions } from './options.ts';
import {
  bootWorld,
  driverSetOf,
  emit,
  formatOf,
  headingText,
  jsonText,
  onlyOperand,
  readBoard,
  styleOf,
} from './session.ts';

const ASYNC_ASSUMPTION =
  'Asynchronous devices: every link counts as waited on, as it is once its supplier is bound.';

/** The steps and pairs of some devices; their positions stay those of the whole order. */
function focusOrder(result: OrderResult, chosen: ReadonlySet<string>): OrderResult {
  return {
    ...result,
    steps: result.steps.filter((step) => chosen.has(step.device)),
    luck: result.luck.filter((pair) => chosen.has(pair.consumer) || chosen.has(pair.supplier)),
    deadlocks: result.deadlocks.filter((deadlock) => deadlock.devices.some((id) => chosen.has(id))),
    phases: result.phases.filter((pair) => chosen.has(pair.consumer) || chosen.has(pair.supplier)),
  };
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const depth = depthOf(options);
  const board = await readBoard(onlyOperand(options, 'board'), options, io);
  const world = await bootWorld(board, options, io);
  const whole = orderOf(world);
  const links = linksOf(world);
  const focus = focusOf(links, options);
  const result = focus === undefined ? whole : focusOrder(whole, nearDevices(links, focus, depth));
  const picture = (): [OrderResult, LinksResult, PictureOptions] => {
    const narrowed = focus === undefined ? pictureFocus(world) : undefined;
    if (narrowed === undefined) return [result, links, {}];
    const chosen = nearDevices(links, narrowed.ids, narrowed.depth);
    return [focusOrder(whole, chosen), links, { title: narrowed.title }];
  };
  switch (formatOf(options)) {
    case 'json':
      await emit(jsonText(result), options, io);
      break;
    case 'dot':
      await emit((await import('../report/dot.ts')).orderDot(...picture()), options, io);
      break;
    case 'mermaid':
      await emit((await import('../report/mermaid.ts')).orderMermaid(...picture()), options, io);
      break;
    default: {
      const heading = headingText(world, count(result.suspend.length, 'device'), options);
      const isAsync = (optionValue(options, 'async') ?? 'none') !== 'none';
      const drivers = driverAssumption(driverSetOf(options));
      const assumptions = isAsync ? `${drivers} ${ASYNC_ASSUMPTION}` : drivers;
      const text = options.flags.has('graph') ? graphOrderText : orderText;
      await emit(text({ result, heading, assumptions }, styleOf(options, io)), options, io);
    }
  }
  return 0;
}
