/** What a running system has of a path of links and parents that the model gives for an order. */
import type { RunningSystem } from '../core/system.ts';
import type { World } from '../core/world.ts';
import { pairDevices } from './system-devices.ts';
import type { WhyResult } from './why.ts';

function withoutBus(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** A sentence for each link between the two devices or on the path, as the system has it, and for each device it has not. */
export function systemPath(
  { first, second, path }: WhyResult,
  world: World,
  system: RunningSystem,
): string[] {
  const { modelId } = pairDevices(world, system);
  const there = new Set(modelId.values());
  const links = new Map(
    system.links.map((link) => [
      `${modelId.get(link.consumer) ?? link.consumer}\n${modelId.get(link.supplier) ?? link.supplier}`,
      link,
    ]),
  );
  const missing = [first, second].filter((id) => !there.has(id));
  if (missing.length > 0) return missing.map((id) => `The system has no ${withoutBus(id)}`);
  const sentence = (consumer: string, supplier: string): string | undefined => {
    const link = links.get(`${consumer}\n${supplier}`);
    return (
      link && `On the system the link ${withoutBus(consumer)} -> ${withoutBus(supplier)} is ${link.status}`
    );
  };
  const steps = path
    .filter(({ via }) => via === 'link')
    .map(
      ({ from, to }) =>
        sentence(from, to) ?? `The system has no link ${withoutBus(from)} -> ${withoutBus(to)}`,
    );
  if (path.length > 0) return steps;
  const direct = [sentence(first, second), sentence(second, first)].filter((text) => text !== undefined);
  return direct.length > 0 ? direct : ['The system has no link between the two either'];
}
