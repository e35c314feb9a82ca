/** devgraph probe --log: the account of a recorded boot. */
import { type BootAccount, BootAccounts } from '../analysis/boot-account.ts';
import {
  type BootAgreement,
  bootAgreement,
  type LoggedDriver,
  LoggedDrivers,
  originOfLog,
  type RecordedBoot,
} from '../analysis/boot-agreement.ts';
import type { Board } from '../core/board.ts';
import { createBootLogReader, readDevicesDeferred, supplierOfReason } from '../logs/index.ts';
import { type BootOptions, bootBoard, type NewDriver } from '../probe/index.ts';
import { bootAccountText } from '../report/text-boot.ts';
import type { Io } from './io.ts';
import { optionValue, type ParsedOptions } from './options.ts';
import { bootOptionsOf, emit, formatOf, jsonText, openSubject, styleOf } from './session.ts';

/** Drivers that do in the model what they did in the log. */
function driversLike(logged: readonly LoggedDriver[]): NewDriver[] {
  return logged.map(({ name, bus, devices, returns }) => ({
    name,
    bus,
    compatibles: [],
    matches: devices,
    syncState: true,
    probe: returns === 0 ? { kind: 'typical' } : { kind: 'return', value: returns },
  }));
}

/** The agreement of a log with the model's boot of a board. */
function compareWithModel(
  board: Board,
  account: BootAccount,
  drivers: LoggedDrivers,
  options: BootOptions,
): BootAgreement {
  const world = bootBoard(board, {
    ...options,
    builtin: { beforeDevices: [], afterDevices: [] },
    drivers: driversLike(drivers.end()),
  });
  return bootAgreement(account, world);
}

export async function runProbeLog(given: ParsedOptions, outside: Io): Promise<number> {
  const [name] = given.operands;
  const subject = name === undefined ? undefined : await openSubject(name, given, outside);
  const { board, options, io } = subject ?? { board: undefined, options: given, io: outside };
  const input = optionValue(options, 'log')!;
  const accounts = new BootAccounts();
  const drivers = new LoggedDrivers();
  const reader = createBootLogReader((event) => {
    accounts.onEvent(event);
    drivers.onEvent(event);
  });
  for await (const chunk of io.readChunks(input)) reader.push(chunk);
  const summary = reader.end();
  const deferred = optionValue(options, 'deferred');
  if (deferred !== undefined) {
    const text = new TextDecoder().decode(await io.readBytes(deferred));
    accounts.addDeferred(readDevicesDeferred(text), supplierOfReason);
  }
  const bare = accounts.end();
  const origin = board && originOfLog(bare, board, summary.machine);
  const own = origin?.foreign === true ? undefined : board;
  const account = own === undefined ? bare : accounts.end(own);
  const agreement = own && compareWithModel(own, account, drivers, bootOptionsOf(options));
  const result: RecordedBoot = {
    version: 1,
    kernel: '6.12',
    log: { input, ...summary, machine: summary.machine ?? null, origin: origin ?? null },
    ...account,
    agreement: agreement ?? null,
  };
  const text = () =>
    bootAccountText(
      { input, board: board?.model ?? board?.input, summary, origin, account, agreement },
      options.flags.has('verbose'),
      styleOf(options, io),
    );
  await emit(formatOf(options) === 'json' ? jsonText(result) : text(), options, io);
  return options.flags.has('fail') && account.roots.length > 0 ? 1 : 0;
}
