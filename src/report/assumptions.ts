/** What an answer about a board takes for granted about its drivers, by the word of --drivers. */
export function driverAssumption(set: string): string {
  switch (set) {
    case 'none':
      return 'Drivers: none. This is the board before its drivers come; only what early boot binds is bound.';
    case 'all':
      return 'Drivers: one for every compatible. Each probe succeeds.';
    case 'live':
      return 'Drivers: those of the running system. Each does with a device what it did there.';
    case 'per-compatible':
      return 'Drivers: one for each first compatible, registered in strcmp() order. Each probe succeeds and makes devices of the child nodes.';
    default:
      return `Drivers: those of ${set}. Each probe succeeds.`;
  }
}
