/**
 * Speed of policy runs in processor time: `npx tsx bench/policies.ts`. A day of the audio example (8,640,000 requests of 10 ms) as it is asked for, where
 * a run that repeats itself is multiplied; the same without that, for fewer requests; and 10^7 requests in bursts, which never repeat themselves.
 */
import { readFileSync } from 'node:fs';
import { chosenPolicies, compiledPolicies, energyOfRun, runPolicy } from '../src/policies/index.ts';
import { readScenario } from '../src/scenario-files/scenario-schema.ts';

function row(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(72)}${value.padStart(16)}\n`);
}

const text = (name: string, from: string, to: string) =>
  readFileSync(new URL(`../examples/policies/${name}.yaml`, import.meta.url), 'utf8').replace(from, to);

function measure(what: string, source: string, abbreviate: boolean, most = 3): void {
  const { file } = readScenario(source, 'bench');
  const compiled = compiledPolicies(file);
  for (const policy of chosenPolicies(compiled).slice(0, most)) {
    const start = process.cpuUsage();
    const run = runPolicy(file, compiled, policy, { abbreviate, because: false });
    const { user, system } = process.cpuUsage(start);
    const time = (user + system) / 1000;
    const requests = run.runner.devices.reduce((sum, device) => sum + device.requests, 0);
    const rate =
      abbreviate && run.runner.repetition.times > 0
        ? ''
        : `, ${((time * 1000) / requests).toFixed(1)} us each`;
    row(`${what}, ${policy.name}: ${requests} requests${rate}`, `${time.toFixed(0)} ms`);
    if (energyOfRun(run) <= 0n) throw new Error('a run took nothing');
  }
}

measure('a day of audio', text('audio', 'length: 60s', 'length: 24h'), true);
measure('audio without multiplying', text('audio', 'length: 60s', 'length: 1000s'), false);
measure('UART bursts, each request carried out', text('uart', 'length: 10min', 'length: 20h'), false);
measure('UART bursts', text('uart', 'length: 10min', 'length: 460h'), true, 4);
row('heap', `${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB`);
