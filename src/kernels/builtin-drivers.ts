/**
 * The drivers that are built into a kernel image, with the compatibles that they match: read from the image itself, which is the
 * only place that has them all (modules.builtin.modinfo carries no aliases of built-in drivers before 6.18).
 */
import { DriverPlaces, type InitcallLevel, registrationOrder } from './initcalls.ts';
import { readKallsyms } from './kallsyms.ts';
import { findMatchTables, type MatchTable } from './match-tables.ts';
import { type ImageBase, Pointers } from './pointers.ts';

/** A driver of the image. In an image whose pointers cannot be followed, each match table counts as one. */
export interface BuiltinDriver {
  /** driver.name, or `match table at 0xOFFSET` where the image does not tell. */
  readonly name: string;
  /** In the order of its table. */
  readonly compatibles: readonly string[];
  /** When it registers; undefined where the image does not tell. */
  readonly level: InitcallLevel | undefined;
  /** PROBE_PREFER_ASYNCHRONOUS. */
  readonly asynchronous: boolean;
}

/** What an image says of its drivers. */
export interface BuiltinDrivers {
  /** Those that initcalls register, in that order; behind them the others, in order of address. */
  readonly drivers: readonly BuiltinDriver[];
  /** Compatibles of early declarations (OF_DECLARE: interrupt controllers, clocks, timers), which are no drivers. */
  readonly early: readonly string[];
  /** Whether names of symbols were found, without which neither levels nor early declarations can be told. */
  readonly hasSymbols: boolean;
}

/** Offset of of_match_table in struct device_driver, and of probe_type, bytes, on 64-bit machines (include/linux/device/driver.h). */
const OF_MATCH_TABLE = 40;
const PROBE_TYPE = 36;
const PREFER_ASYNCHRONOUS = 1;
const DRIVER_NAME = /^[\x21-\x7e][\x20-\x7e]{0,126}$/;

function textAt(bytes: Uint8Array, at: number | undefined): string | undefined {
  if (at === undefined) return undefined;
  const end = bytes.indexOf(0, at);
  if (end < 0 || end - at > 127) return undefined;
  const text = String.fromCharCode(...bytes.subarray(at, end));
  return DRIVER_NAME.test(text) ? text : undefined;
}

interface Found {
  /** Where its struct device_driver begins. */
  readonly place: number;
  readonly name: string;
  readonly table: MatchTable;
  readonly asynchronous: boolean;
}

function driversOf(bytes: Uint8Array, tables: readonly MatchTable[], pointers: Pointers): Found[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const byOffset = new Map(tables.map((table) => [table.offset, table]));
  return pointers.placesOf(new Set(byOffset.keys())).flatMap(({ place, target }) => {
    const start = place - OF_MATCH_TABLE;
    const name = start < 0 ? undefined : textAt(bytes, pointers.at(start));
    if (name === undefined) return [];
    const asynchronous = view.getUint32(start + PROBE_TYPE, true) === PREFER_ASYNCHRONOUS;
    return [{ place: start, name, table: byOffset.get(target)!, asynchronous }];
  });
}

function driverOfTable({ offset, compatibles }: MatchTable): BuiltinDriver {
  return {
    name: `match table at 0x${offset.toString(16)}`,
    compatibles,
    level: undefined,
    asynchronous: false,
  };
}

/** Drivers of a 64-bit image; `base` is the address at which it is linked. */
export function readBuiltinDrivers(bytes: Uint8Array, base: ImageBase): BuiltinDrivers {
  const pointers = new Pointers(bytes, base);
  const symbols = readKallsyms(bytes, pointers) ?? [];
  const tables = findMatchTables(bytes, 8);
  const earlyPlaces = new Set(
    symbols.filter(({ name }) => name.startsWith('__of_table_')).map(({ offset }) => offset),
  );
  // The entries of each section of early declarations are named, one by one; the section is one table.
  const late = tables.filter(({ offset }) => !earlyPlaces.has(offset));
  const found = driversOf(bytes, late, pointers);
  const byPlace = new Map(found.map((driver) => [driver.place, driver]));
  const ordered = registrationOrder(bytes, symbols, new DriverPlaces(byPlace.keys(), pointers));
  const levels = new Map(ordered.map(({ driver, level }) => [driver, level]));
  const named = [
    ...ordered.map(({ driver }) => byPlace.get(driver)!),
    ...found.filter(({ place }) => !levels.has(place)),
  ].map(({ place, name, table, asynchronous }) => ({
    name,
    compatibles: table.compatibles,
    level: levels.get(place),
    asynchronous,
  }));
  // A table that no driver structure points to is somebody's list of machines or of children.
  const nameless = found.length > 0 ? [] : late.map(driverOfTable);
  return {
    drivers: [...named, ...nameless],
    early: [
      ...new Set(
        tables.filter(({ offset }) => earlyPlaces.has(offset)).flatMap(({ compatibles }) => compatibles),
      ),
    ],
    hasSymbols: symbols.length > 0,
  };
}

/** Match tables alone, where pointers cannot be followed: each stands for a driver, early declarations among them. */
export function readMatchTables(bytes: Uint8Array, pointerSize: 4 | 8): BuiltinDrivers {
  return { drivers: findMatchTables(bytes, pointerSize).map(driverOfTable), early: [], hasSymbols: false };
}
