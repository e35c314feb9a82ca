/** devgraph why: what orders two devices in the suspend phase. */
import { systemPath } from '../analysis/system-path.ts';
import { findDevices, whyOrdered } from '../analysis/why.ts';
import type { World } from '../core/world.ts';
import { DMA_LINK_POLICIES } from '../dma/index.ts';
import { whyText } from '../report/text-why.ts';
import { type Io, UsageError } from './io.ts';
import { nearest, type ParsedOptions } from './options.ts';
import {
  bootWithDrivers,
  bootWorld,
  contextText,
  dmaLinksOf,
  driverSetOf,
  emit,
  formatOf,
  jsonText,
  openBoard,
  styleOf,
} from './session.ts';

/** The one device that a word names. */
function deviceNamed(world: World, word: string): number {
  const found = findDevices(world, word);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const ids = found.map((id) => `${world.devices[id]!.bus}:${world.devices[id]!.name}`);
    throw new UsageError(`'${word}' names ${ids.join(' and ')}; say which`);
  }
  const near = nearest(
    word,
    world.devices.map((device) => device.name),
  );
  const hint = near === undefined ? 'devgraph links lists them' : `did you mean ${near}?`;
  throw new UsageError(`the board has no device '${word}'; ${hint}`);
}

export async function run(given: ParsedOptions, outside: Io): Promise<number> {
  const [input, first, second, ...rest] = given.operands;
  if (input === undefined || first === undefined || second === undefined || rest.length > 0) {
    throw new UsageError('name a board and two devices');
  }
  const { board, options, io, system } = await openBoard(input, given, outside);
  const world = await bootWorld(board, options, io);
  const [a, b] = [deviceNamed(world, first), deviceNamed(world, second)];
  if (a === b) throw new UsageError(`'${first}' and '${second}' are the same device; name two`);
  const strictWorld = await bootWithDrivers(board, options, io, { strict: true });
  const { policy } = DMA_LINK_POLICIES.engine;
  const wantsRemedy = dmaLinksOf(options) === undefined && driverSetOf(options) !== 'none';
  const linkedWorld = wantsRemedy ? await bootWithDrivers(board, options, io, {}, policy) : undefined;
  const answer = whyOrdered(world, a, b, () => strictWorld, linkedWorld && (() => linkedWorld));
  const result = system === undefined ? answer : { ...answer, system: systemPath(answer, world, system) };
  const context = `${contextText(options)}, drivers ${driverSetOf(options)}`;
  const text =
    formatOf(options) === 'json' ? jsonText(result) : whyText(result, context, styleOf(options, io));
  await emit(text, options, io);
  return 0;
}
