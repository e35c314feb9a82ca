/** `devgraph probe --log` for a terminal. */
import type { BootAccount, BootRoot } from '../analysis/boot-account.ts';
import type { BootAgreement, LogOrigin } from '../analysis/boot-agreement.ts';
import { clean, count, indented, type Style } from './style.ts';

export interface BootAccountTextInput {
  readonly input: string;
  readonly board: string | undefined;
  readonly summary: { readonly lines: number; readonly understood: number };
  readonly origin: LogOrigin | undefined;
  readonly account: BootAccount;
  readonly agreement: BootAgreement | undefined;
}

/** A root with its echoes. */
export function rootLines({ device, kind, detail, line, echoes }: BootRoot, style: Style): string[] {
  const lines = indented(`${clean(device)}  ${kind}: ${clean(detail)} (line ${line})`, 2, style.width);
  if (echoes.length > 0) lines.push(...indented(`echoed by ${echoes.map(clean).join(', ')}`, 4, style.width));
  return lines;
}

function seconds(time: number | null): string {
  return time === null ? '' : ` at ${time.toFixed(3)} s`;
}

function deviceLines({ devices }: BootAccount, style: Style): string[] {
  return devices
    .filter(({ deferrals, fate }) => deferrals > 0 || fate === 'deferred')
    .flatMap(({ device, fate, deferrals, time, retries, reason }) => {
      const tries = retries.length === 0 ? '' : `, retried ${count(retries.length, 'time')}`;
      const why = reason === null ? '' : `: ${clean(reason)}`;
      return indented(
        `${clean(device)}  deferred ${count(deferrals, 'time')}${tries}, ${fate}${seconds(time)}${why}`,
        2,
        style.width,
      );
    });
}

function agreementLines(
  { agree, notInTree, disagreements }: BootAgreement,
  verbose: boolean,
  style: Style,
): string[] {
  const lines = indented(
    `Model and log agree on ${count(agree, 'device')} of the tree and differ on ${disagreements.length}; ` +
      `${count(notInTree.length, 'device')} of the log ${notInTree.length === 1 ? 'is' : 'are'} not made from the tree.`,
    0,
    style.width,
  );
  for (const { device, what, explanation } of disagreements)
    lines.push(...indented(`${clean(device)}  ${what}: ${clean(explanation)}`, 2, style.width));
  if (verbose && notInTree.length > 0)
    lines.push('', 'Not from the tree:', ...indented(notInTree.map(clean).join(', '), 2, style.width));
  return lines;
}

function originLines({ foreign, doubt }: LogOrigin, style: Style): string[] {
  const text = foreign
    ? `This log is of another board: ${clean(doubt!)}. What follows is the log's own account.`
    : `This log may be of another board, or its boot loader changed the name: ${clean(doubt!)}.`;
  return indented(text, 0, style.width).map(style.yellow);
}

/** Roots first, then what was deferred and when it was retried, then where the model differs. */
export function bootAccountText(
  { input, board, summary, origin, account, agreement }: BootAccountTextInput,
  verbose: boolean,
  style: Style,
): string {
  const bound = account.devices.filter(({ fate }) => fate === 'bound').length;
  const known = account.hasDebugMessages ? `, ${count(bound, 'device')} bound` : '';
  const lines = indented(
    `${clean(input)}${board === undefined || origin?.foreign === true ? '' : ` on ${clean(board)}`}: ${count(summary.understood, 'message')} of the driver core in ${count(summary.lines, 'line')}${known}`,
    0,
    style.width,
  ).map(style.bold);
  if (!account.hasDebugMessages)
    lines.push(
      ...indented(
        "Without debug messages of the driver core (dyndbg='file drivers/base/* +p') devices that bound are not known.",
        0,
        style.width,
      ),
    );
  if (origin !== undefined && origin.doubt !== null) lines.push(...originLines(origin, style));
  lines.push('');
  const { roots } = account;
  if (roots.length === 0) lines.push('Nothing failed and nothing is left deferred.');
  else lines.push(`${count(roots.length, 'root')}, those that hold back most first:`);
  for (const root of roots) lines.push(...rootLines(root, style));
  const deferred = deviceLines(account, style);
  if (deferred.length > 0) lines.push('', 'Deferred:', ...deferred);
  for (const { supplier, consumers } of account.syncState)
    lines.push(
      ...indented(
        `${clean(supplier)}  sync_state waits for ${consumers.map(clean).join(', ')}`,
        2,
        style.width,
      ),
    );
  if (agreement !== undefined) lines.push('', ...agreementLines(agreement, verbose, style));
  return `${lines.join('\n')}\n`;
}
