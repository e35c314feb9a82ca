/**
 * Looks for random scenarios that tell what no bundled recording tells, makes them small, has a real kernel run them and prints
 * those on which it agrees with the model as recordings: `npx tsx test/rule-coverage/seek.ts SEED COUNT OUT`, which writes OUT.scn
 * and OUT.txt. Where the kernel does not agree the model is wrong, and both traces are printed.
 */
import { writeFileSync } from 'node:fs';
import { DEFAULT_COMMANDS, generateScenario, type Theme } from '../kernel/generate.ts';
import { type Judgement, judgeTrace } from '../kernel/judge.ts';
import { runOnKernel } from '../kernel/kernel-run.ts';
import { sideBySide } from '../kernel/report.ts';
import { shrink } from '../kernel/shrink.ts';
import { CODE_CHANGES } from './coverage-page.ts';
import { firstTold, visitAll } from './machine-rows.ts';
import { bundledRecordings } from './recordings.ts';
import { loadSwitchedModel, type SwitchedModel } from './switched-model.ts';
import { type Target, targetsOf } from './targets.ts';

const THEMES: readonly Theme[] = ['runtime', 'timers', 'links', 'probe', 'sleep', 'mixed'];
/** A scenario asks some thousand. */
const MOST_QUESTIONS = 100_000;

/** Scenarios that come to something and do not tell it, past which it is given up. */
const MOST_VAIN = 150;

interface Sought extends Target {
  vain: number;
}

function traceOf(model: SwitchedModel, commands: readonly string[]): readonly string[] {
  try {
    return model.runScenario({ name: '', commands }).session.trace;
  } catch (error) {
    return [`broken: ${error}`];
  }
}

/** The trace without a target. */
function traceWithout(model: SwitchedModel, target: Target, commands: readonly string[]): readonly string[] {
  model.switches.reset();
  target.leave();
  const trace = traceOf(model, commands);
  model.switches.reset();
  return trace;
}

function tells(model: SwitchedModel, target: Target, commands: readonly string[], trace: readonly string[]) {
  return traceWithout(model, target, commands).join('\n') !== trace.join('\n');
}

/** A scenario made small that still tells a target. */
async function smallest(model: SwitchedModel, target: Target, commands: readonly string[]) {
  const asIs = async (scenarios: readonly { readonly text: string }[]) =>
    scenarios.map(({ text }) => {
      model.switches.reset();
      return traceOf(model, text.split('\n').filter(Boolean)).join('\n');
    });
  const without = ({ commands: given }: { commands: readonly string[] }) =>
    traceWithout(model, target, given);
  const scenario = { name: '', commands, asynchronous: false };
  const judgement: Judgement = judgeTrace(scenario, traceOf(model, commands), without);
  if (judgement.verdict.kind !== 'different') return commands;
  return (await shrink(judgement, asIs, without)).scenario.commands;
}

function comesAlong(model: SwitchedModel, commands: readonly string[]) {
  model.switches.reset();
  model.switches.forgetWhatWasCome();
  const trace = traceOf(model, commands);
  return { trace, come: new Set(model.switches.come), rows: new Set(model.switches.rows) };
}

async function seek(model: SwitchedModel, sought: Set<Sought>, seed: string, count: number) {
  const found: { name: string; commands: readonly string[] }[] = [];
  for (let index = 0; index < count && sought.size > 0; index++) {
    const theme = THEMES[index % THEMES.length]!;
    const { commands } = generateScenario(seed, index, {
      theme,
      commands: DEFAULT_COMMANDS,
      asynchronousPercent: 0,
    });
    const { trace, ...visit } = comesAlong(model, commands);
    if (trace.at(-1)?.includes('"hang"') || trace[0]?.startsWith('broken')) continue;
    for (const target of [...sought]) {
      if (!target.comes(visit)) continue;
      if (!tells(model, target, commands, trace)) {
        if (++target.vain >= MOST_VAIN) sought.delete(target);
        continue;
      }
      const small = await smallest(model, target, commands);
      const isNew = !found.some(({ commands: known }) => known.join('\n') === small.join('\n'));
      if (isNew) found.push({ name: `${seed}-${index}-${found.length}`, commands: small });
      process.stdout.write(`${index}, ${small.length} commands: ${target.name}\n`);
      const along = comesAlong(model, small);
      for (const other of [...sought]) {
        if (other === target || (other.comes(along) && tells(model, other, small, along.trace)))
          sought.delete(other);
      }
    }
  }
  return found;
}

const [seed = 'seek', count = '300', out = 'witnesses'] = process.argv.slice(2);
const model = await loadSwitchedModel(CODE_CHANGES);
const visits = visitAll(model, bundledRecordings());
model.switches.most = MOST_QUESTIONS;
const sought = new Set<Sought>();
for (const target of targetsOf(model)) {
  const reaching = visits.filter((visit) => target.comes(visit)).map(({ recording }) => recording);
  if (firstTold(model, reaching, target.leave) === undefined) sought.add({ ...target, vain: 0 });
}
process.stdout.write(`${sought.size} rules and parts of rows are not told\n`);
const found = await seek(model, sought, seed, Number(count));
process.stdout.write(
  `${found.length} scenarios, ${sought.size} left: ${[...sought].map(({ name }) => name).join('; ')}\n`,
);
const kernel = process.env.DEVGRAPH_KERNEL;
const texts = await runOnKernel(
  found.map(({ name, commands }) => ({ name, text: commands.join('\n') })),
  kernel === undefined ? {} : { kernel },
);
const scn: string[] = [];
const txt: string[] = [];
for (const [index, { name, commands }] of found.entries()) {
  const recorded = texts[index]!.split('\n');
  const now = traceOf(model, commands);
  if (recorded.join('\n') !== now.join('\n')) {
    process.stdout.write(`the kernel does not agree: ${name}\n${commands.join('\n')}\n`);
    process.stdout.write(`${sideBySide(recorded, now, 160).join('\n')}\n`);
    continue;
  }
  scn.push(`=== ${name}`, ...commands);
  txt.push(`=== ${name}`, ...recorded);
}
writeFileSync(`${out}.scn`, `${scn.join('\n')}\n`);
writeFileSync(`${out}.txt`, `${txt.join('\n')}\n`);
