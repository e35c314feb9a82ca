/** Random scenarios with a workload, for properties that hold of all of them. */
import fc from 'fast-check';
import type { PolicyData, ScenarioFile } from '../../src/scenario-files/index.ts';

interface Costs {
  readonly active: number;
  readonly share: number;
  readonly down: number;
  readonly up: number;
  readonly extra: number;
  readonly hasEnergy: boolean;
}

const costs: fc.Arbitrary<Costs> = fc.record({
  active: fc.integer({ min: 1, max: 300_000 }),
  share: fc.integer({ min: 0, max: 100 }),
  down: fc.integer({ min: 0, max: 3_000 }),
  up: fc.integer({ min: 0, max: 3_000 }),
  extra: fc.integer({ min: 0, max: 200_000 }),
  hasEnergy: fc.boolean(),
});

/** Microwatts and microseconds; an energy that is at least what resting takes meanwhile. */
function transition(
  latency: number,
  { active, extra, hasEnergy }: Costs,
): { latency: string; energy?: string } {
  const least = Math.ceil((active * latency) / 1000);
  return hasEnergy ? { latency: `${latency}us`, energy: `${least + extra}nJ` } : { latency: `${latency}us` };
}

function devicePower(one: Costs, isInDomain: boolean) {
  const suspended = Math.floor((one.active * one.share) / 100);
  return {
    active: `${one.active}uW`,
    suspended: `${suspended}uW`,
    ...(isInDomain ? { off: `${Math.floor(suspended / 2)}uW` } : {}),
    suspend: transition(one.down, one),
    resume: transition(one.up, one),
  };
}

const milliseconds = (max: number) => fc.integer({ min: 0, max }).map((time) => `${time}ms`);

const stream = (count: number) =>
  fc.record({
    device: fc.integer({ min: 0, max: count - 1 }).map((at) => `d${at}`),
    when: fc.oneof(
      fc
        .record({ every: fc.integer({ min: 4_000, max: 50_000 }), offset: fc.nat(20_000) })
        .map(({ every, offset }) => ({ every: `${every}us`, offset: `${offset}us` })),
      fc
        .record({
          gap: fc.integer({ min: 5, max: 60 }),
          requests: fc.integer({ min: 1, max: 5 }),
          seed: fc.nat(1000),
        })
        .map(({ gap, requests, seed }) => ({
          bursts: { gap: `5ms..${gap}ms`, requests: `1..${requests}`, spacing: '1ms..4ms' },
          seed,
        })),
    ),
    busy: fc.integer({ min: 0, max: 1_500 }).map((time) => `${time}us`),
  });

/** Up to four devices with a parent, a supplier or a domain, two streams, and policies that do what policies do. */
export const scenario: fc.Arbitrary<ScenarioFile> = fc.integer({ min: 1, max: 4 }).chain((count) =>
  fc
    .record({
      all: fc.array(costs, { minLength: count, maxLength: count }),
      domain: fc.option(costs),
      members: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
      parents: fc.array(fc.integer({ min: -1, max: 2 }), { minLength: count, maxLength: count }),
      suppliers: fc.array(fc.integer({ min: -1, max: 2 }), { minLength: count, maxLength: count }),
      streams: fc.array(stream(count), { minLength: 1, maxLength: 3 }),
      delays: fc.array(fc.option(milliseconds(40)), { minLength: count, maxLength: count }),
      forbidden: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
    })
    .map(({ all, domain, members, parents, suppliers, streams, delays, forbidden }): ScenarioFile => {
      const name = (at: number) => `d${at}`;
      const below = (at: number, other: number) => (other >= 0 && other < at ? other : undefined);
      const power = domain ?? undefined;
      const mixed: PolicyData = {
        autosuspend: Object.fromEntries(
          delays.flatMap((delay, at) => (delay === null ? [] : [[name(at), delay]])),
        ),
        forbid: forbidden.flatMap((isForbidden, at) => (isForbidden ? [name(at)] : [])),
      };
      return {
        ...(power === undefined
          ? {}
          : {
              domains: [
                {
                  name: 'pd',
                  off: true,
                  power: {
                    on: `${power.active}uW`,
                    off: `${Math.floor((power.active * power.share) / 100)}uW`,
                    power_on: transition(power.up, power),
                    power_off: transition(power.down, power),
                  },
                },
              ],
            }),
        devices: all.map((one, at) => {
          const isInDomain = power !== undefined && members[at] === true;
          const parent = below(at, parents[at]!);
          return {
            name: name(at),
            ...(parent === undefined ? {} : { parent: name(parent) }),
            ...(isInDomain ? { power_domain: 'pd' } : {}),
            power: devicePower(one, isInDomain),
          };
        }),
        links: all.flatMap((_, at) => {
          const supplier = below(at, suppliers[at]!);
          return supplier === undefined || supplier === below(at, parents[at]!)
            ? []
            : [{ consumer: name(at), supplier: name(supplier), flags: ['pm_runtime'] as const }];
        }),
        workload: {
          length: '400ms',
          streams: streams.map(({ device, when, busy }) => ({ device, busy, ...when })),
        },
        policies: {
          'at once': {},
          mixed,
          never: { forbid: all.map((_, at) => name(at)) },
        },
      };
    }),
);
