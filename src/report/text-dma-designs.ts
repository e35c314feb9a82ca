/** `devgraph dma` for a terminal: a row for each policy, then what was seen under each. */
import type { DesignComparison, DesignRow, FindingKind, Ordered, Seen } from '../dma-workloads/index.ts';
import { clean, count, indented, type Style } from './style.ts';

interface Column {
  readonly title: string;
  readonly text: (row: DesignRow) => string;
}

/** `71ms 7%`. */
function share(on: number, { duration }: DesignRow, devices: number): string {
  const whole = duration * devices;
  return whole === 0 ? `${on}ms` : `${on}ms ${Math.round((100 * on) / whole)}%`;
}

const ORDER_TEXT: Readonly<Record<Ordered, string>> = {
  link: 'link',
  phase: 'phase',
  'list position': 'luck',
  against: 'against',
  'nobody has a channel': 'no channel',
};

const COLUMNS: readonly Column[] = [
  { title: 'put off', text: ({ deferrals }) => String(deferrals) },
  { title: 'links', text: ({ links }) => String(links) },
  { title: 'order', text: ({ order }) => ORDER_TEXT[order] },
  { title: 'engine on', text: (row) => share(row.on, row, row.engines.length) },
  { title: 'resumes', text: ({ resumes }) => String(resumes) },
  { title: 'latency', text: ({ latency }) => `${latency}ms` },
  { title: 'atomic', text: ({ atomic }) => String(atomic) },
  { title: 'done', text: ({ done }) => String(done) },
  { title: 'lost', text: ({ lost }) => String(lost) },
];
const BUS_COLUMN: Column = { title: 'bus on', text: (row) => share(row.busOn, row, row.buses.length) };

function tableLines(rows: readonly DesignRow[], style: Style): string[] {
  const hasBuses = rows.some(({ buses }) => buses.length > 0);
  const columns = COLUMNS.flatMap((column) =>
    column.title === 'resumes' && hasBuses ? [BUS_COLUMN, column] : [column],
  );
  const cells = rows.map((row) => columns.map(({ text }) => text(row)));
  const widths = columns.map(({ title }, index) =>
    cells.reduce((width, row) => Math.max(width, row[index]!.length), title.length),
  );
  const names = rows.map(({ policy }) => clean(policy));
  const nameWidth = names.reduce((width, name) => Math.max(width, name.length), 'policy'.length);
  const line = (values: readonly string[]) =>
    values
      .map((value, index) =>
        columns[index]!.title === 'order' ? value.padEnd(widths[index]!) : value.padStart(widths[index]!),
      )
      .join('  ')
      .trimEnd();
  const titles = line(columns.map(({ title }) => title));
  const isWide = nameWidth + 2 + titles.length > style.width;
  if (isWide)
    return [
      style.dim(`  ${titles}`),
      ...cells.flatMap((row, index) => [style.bold(names[index]!), `  ${line(row)}`]),
    ];
  return [
    style.dim(`${'policy'.padEnd(nameWidth)}  ${titles}`),
    ...cells.map((row, index) => `${style.bold(names[index]!.padEnd(nameWidth))}  ${line(row)}`),
  ];
}

/** Findings that differ in their time alone are one line. */
function findingLines({ findings }: DesignRow, style: Style): string[] {
  const groups = new Map<string, Seen & { times: number }>();
  for (const finding of findings) {
    const key = `${finding.kind} ${finding.text}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { ...finding, times: 1 });
    else known.times++;
  }
  const bad: readonly FindingKind[] = [
    'transfer-lost',
    'data-lost',
    'engine-asleep',
    'hang',
    'removed-in-use',
  ];
  return [...groups.values()].flatMap(({ kind, text, time, times }) => {
    const paint = bad.includes(kind) ? style.red : style.yellow;
    const again = times > 1 ? ` (${times} times, first at ${time}ms)` : ` (at ${time}ms)`;
    return indented(clean(`${kind}: ${text}${again}`), 2, style.width).map(paint);
  });
}

/** The table, what each policy is and what was seen under it, and what was expected and did not come. */
export function dmaDesignsText(result: DesignComparison, style: Style): string {
  const { name, of: what, description, policies, kernel, expectations, missed } = result;
  const verdict =
    expectations === 0
      ? []
      : missed.length === 0
        ? [
            '',
            `${count(expectations, 'expectation')} of the ${what} ${expectations === 1 ? 'holds' : 'hold'}.`,
          ]
        : [
            '',
            style.red(
              `${missed.length} of ${count(expectations, 'expectation')} of the ${what} did not come:`,
            ),
            ...missed.flatMap(({ policy, field, expected, instead }) =>
              indented(
                clean(
                  what === 'scenario'
                    ? `${policy}: ${field}: expected ${expected}; instead ${instead}`
                    : `${policy}: ${field} is ${instead}, not ${expected}`,
                ),
                2,
                style.width,
              ),
            ),
          ];
  return `${[
    ...indented(clean(`${name} (Linux ${kernel}; times are of the model's clock)`), 0, style.width).map(
      style.bold,
    ),
    ...(description === null ? [] : indented(clean(description), 0, style.width)),
    '',
    ...tableLines(policies, style),
    ...policies.flatMap((row) => [
      '',
      ...indented(clean(`${row.policy}: ${row.text}`), 0, style.width).map(style.bold),
      ...(row.findings.length === 0 ? [style.dim('  nothing went wrong')] : findingLines(row, style)),
    ]),
    ...verdict,
  ].join('\n')}\n`;
}
