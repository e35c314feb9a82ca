/**
 * A result cut down to what is near some devices, so that a board of 300 devices stays readable.
 */
import type { LinksResult } from './links.ts';

/** Whether a name matches a pattern in which `*` stands for anything. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === name;
  const [first, ...rest] = parts;
  const last = rest.pop()!;
  if (!name.startsWith(first!)) return false;
  let at = first!.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - at >= last.length && name.endsWith(last);
}

/** Ids of devices that a pattern names: by id `bus:name`, by name, or by node path. */
export function matchingDevices(result: LinksResult, pattern: string): string[] {
  return result.devices
    .filter((device) => [device.id, device.name, device.node].some((name) => matchesPattern(pattern, name)))
    .map((device) => device.id);
}

/** Neighbours of each device: suppliers, consumers and the parent. */
function neighbours(result: LinksResult): Map<string, Set<string>> {
  const near = new Map<string, Set<string>>(result.devices.map((device) => [device.id, new Set()]));
  const tie = (a: string, b: string) => {
    near.get(a)?.add(b);
    near.get(b)?.add(a);
  };
  for (const link of result.links) tie(link.supplier, link.consumer);
  for (const device of result.devices) if (device.parent !== null) near.get(device.id)?.add(device.parent);
  return near;
}

/** The ids within `depth` steps of some devices, themselves included. */
export function nearDevices(result: LinksResult, ids: readonly string[], depth: number): Set<string> {
  const near = neighbours(result);
  const chosen = new Set(ids);
  let edge = [...chosen];
  for (let step = 0; step < depth && edge.length > 0; step++) {
    edge = edge.flatMap((id) => [...(near.get(id) ?? [])]).filter((id) => !chosen.has(id));
    for (const id of edge) chosen.add(id);
  }
  return chosen;
}

/**
 * The part of a result around some devices: they and what is within `depth` steps of them, the links among the named devices
 * and between them and the rest, what those wait for, and the cycles that pass through them.
 */
export function focusLinks(result: LinksResult, ids: readonly string[], depth: number): LinksResult {
  const chosen = nearDevices(result, ids, depth);
  const inner = depth === 0 ? chosen : nearDevices(result, ids, depth - 1);
  const devices = result.devices.filter((device) => chosen.has(device.id));
  const innerNodes = new Set(devices.filter((device) => inner.has(device.id)).map((device) => device.node));
  return {
    ...result,
    devices,
    links: result.links.filter(
      (link) =>
        chosen.has(link.supplier) &&
        chosen.has(link.consumer) &&
        (inner.has(link.supplier) || inner.has(link.consumer)),
    ),
    waiting: result.waiting.filter((row) => inner.has(row.device)),
    ...(result.dma && {
      dma: { ...result.dma, requests: result.dma.requests.filter(({ client }) => chosen.has(client)) },
    }),
    cycles: result.cycles.filter((cycle) => cycle.some((node) => innerNodes.has(node))),
  };
}
