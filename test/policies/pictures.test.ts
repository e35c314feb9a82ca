import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readXml } from '../report/xml-reader.ts';
import { devgraph } from '../support/run-cli.ts';

const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n';
const example = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/policies/${name}.yaml`, import.meta.url)), 'utf8');

describe('the course of a policy run', () => {
  it('as a picture names what holds each device on, in as much of the run as can be read', async () => {
    const { written, stderr } = await devgraph('simulate c.yaml --policy sensor-stays -o run.svg', {
      'c.yaml': example('camera'),
    });
    expect(stderr).toBe('');
    const svg = written.get('run.svg')!;
    readXml(`${PROLOGUE}${svg}`);
    for (const words of [
      'autosuspend timer',
      'for csi',
      'for pd-csi',
      'requests',
      'suspended',
      'off',
      'of 60 s',
    ])
      expect(svg).toContain(words);
    // Every block says in a title what it is.
    expect(svg.match(/<title>/g)!.length).toBe(svg.match(/<rect /g)!.length - 1);
  });

  it('as a trace file has the runtime status of each device and each power domain', async () => {
    const { written } = await devgraph('simulate c.yaml --policy at-once -o run.perfetto.json', {
      'c.yaml': example('camera').replace('length: 60s', 'length: 200ms'),
    });
    const { traceEvents } = JSON.parse(written.get('run.perfetto.json')!) as {
      traceEvents: { name: string; cat?: string; ts?: number; dur?: number }[];
    };
    const active = traceEvents.filter(({ name, cat }) => cat === 'runtime status' && name === 'RPM_ACTIVE');
    expect(active.length).toBeGreaterThan(6);
    // Microseconds: the sensor's domain takes 2 ms, then the sensor 4 ms.
    const resume = traceEvents.find(({ name, dur }) => name === 'runtime_resume' && dur === 4000);
    expect(resume?.ts).toBe(12_000);
    expect(traceEvents.some(({ cat }) => cat === 'power domain')).toBe(true);
  });

  it('is of one policy', async () => {
    const { status, stderr } = await devgraph('simulate c.yaml -o run.svg', { 'c.yaml': example('camera') });
    expect(status).toBe(2);
    expect(stderr).toContain('shows one policy');
  });
});

describe('the bundled policies', () => {
  it.each(['audio', 'uart', 'camera', 'sensor-hub', 'storage', 'dma'])(
    '%s: every policy runs, and none takes less than the oracle',
    async (name) => {
      const { stdout, stderr } = await devgraph('simulate p.yaml --json --seeds 1', {
        'p.yaml': example(name),
      });
      expect(stderr).toBe('');
      const { policies, oracle } = JSON.parse(stdout) as {
        oracle: number;
        policies: { energy: number; failed: number }[];
      };
      expect(policies.length).toBeGreaterThan(3);
      for (const { energy, failed } of policies) {
        expect(failed).toBe(0);
        expect(energy).toBeGreaterThanOrEqual(oracle);
      }
    },
  );
});
