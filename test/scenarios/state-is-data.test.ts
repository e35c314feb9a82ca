import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createSession, parseScenarios, runCommands, type Session } from '../../src/scenarios/index.ts';

function bundledScenarios() {
  const file = new URL('../fixtures/kernel-6.12/scenarios/recorded.scn', import.meta.url);
  return parseScenarios(readFileSync(fileURLToPath(file), 'utf8'), 'recorded.scn');
}

/** Runs commands; undefined if they end in a hang or with a worker in the middle of something. */
function runToRest(session: Session, commands: readonly string[]): Session | undefined {
  const result = runCommands(session, commands);
  return result.kind === 'end' && result.inFlight.length === 0 ? session : undefined;
}

describe('a session between two commands', () => {
  it('is plain data: a copy of it goes on to the same trace and the same world', () => {
    let compared = 0;
    for (const { name, commands } of bundledScenarios()) {
      const middle = Math.floor(commands.length / 2);
      const first = runToRest(createSession(), commands.slice(0, middle));
      if (first === undefined) continue;
      const copy = structuredClone(first);
      const result = runCommands(first, commands.slice(middle));
      expect(runCommands(copy, commands.slice(middle)), name).toEqual(result);
      expect(copy, name).toEqual(first);
      compared++;
    }
    expect(compared).toBeGreaterThan(250);
  });
});
