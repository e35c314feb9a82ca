/**
 * logs: recorded kernel logs into events.
 *
 * `createLogReader()` takes the bytes of a dmesg or ftrace text log as they come and gives `LogEvent`s (core/trace.ts)
 * and, at the end, a summary in which every line is accounted for. `readLog()` does so for bytes in memory.
 *
 * Order of reading: log-reader.ts, line-blocks.ts (bytes into lines), record-scanner.ts (lines into records),
 * record-hits.ts (which lines are ours), then a format each: dmesg*.ts, ftrace*.ts and runtime-pm.ts.
 */

export {
  type BootEvent,
  type BootLogReader,
  type BootLogSummary,
  createBootLogReader,
  type DeferredLine,
  readDevicesDeferred,
  supplierOfReason,
} from './boot-messages.ts';
export { decompressed } from './decompressed.ts';
export { LINE_LIMIT } from './line-blocks.ts';
export {
  createLogReader,
  type LogDiagnostic,
  type LogReader,
  type LogReaderOptions,
  readLog,
} from './log-reader.ts';
export type { LineKind, LogSummary, SkippedLine } from './summary.ts';
