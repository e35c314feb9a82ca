/** What callbacks of a scenario do by script: it stands outside of the World, and decides with it how a run goes on. */
import type { Session } from '../scenarios/index.ts';

/** Callbacks with what they are to return and to do. Drivers have been probed when a workload begins. */
function scriptsOf({ scripts, domainScripts, driverScripts }: Session) {
  return [...Object.values(scripts), ...Object.values(domainScripts), ...driverScripts.values()]
    .flatMap((byCallback) => Object.entries(byCallback))
    .flatMap(([callback, script]) => (callback === 'probe' ? [] : [script]));
}

/** Whether callbacks return what a script says, maybe only for a while, or carry out commands. */
export function isScripted(session: Session): boolean {
  return scriptsOf(session).some(({ values, commands }) => values.length > 0 || commands.length > 0);
}

/** How far the scripts have got: values are used up one after another. */
export function scriptsText(session: Session): string {
  return scriptsOf(session)
    .map(({ values }) => values.length)
    .join();
}
