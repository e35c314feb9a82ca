/** What recordings can tell: every rule, and every part of a row of a machine, each with the way to do without it. */
import { approach, rulesWithNames } from './coverage-page.ts';
import { partsOf, type Visit } from './machine-rows.ts';
import { MACHINES } from './rule.ts';
import { type SwitchedModel, tableOf } from './switched-model.ts';

export interface Target {
  readonly name: string;
  readonly comes: (visit: Pick<Visit, 'come' | 'rows'>) => boolean;
  readonly leave: () => void;
}

function rowTargets(model: SwitchedModel): Target[] {
  return MACHINES.flatMap((machine) =>
    tableOf(model, machine).transitions.flatMap((transition, row) => {
      const { state, event, guard } = transition;
      const where = `${state} ${event} ${guard ?? 'else'}`;
      return partsOf(transition).map(([part, words]) => ({
        name: `${where} ${words}`,
        comes: ({ rows }: Pick<Visit, 'rows'>) => rows.has(`${machine}/${row}`),
        leave: () => model.switches.leaveOut(machine, row, part),
      }));
    }),
  );
}

/** Rules first, then rows. */
export function targetsOf(model: SwitchedModel): Target[] {
  const rules = rulesWithNames().flatMap(({ name, rule }) =>
    rule.change.kind === 'not modelled' ? [] : [{ name, ...approach(model, rule) }],
  );
  return [...rules, ...rowTargets(model)];
}
