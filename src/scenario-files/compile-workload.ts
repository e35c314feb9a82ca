/** What devices have to do, as whole numbers, with what cannot be refused. */
import { timeOf } from './compile-power.ts';
import type { StreamPlan, WorkPlan } from './compiled-policies.ts';
import type { KeyPath } from './complaints.ts';
import type { WorkloadData, WorkloadStreamData } from './policy-file.ts';
import { parseCountRange, parseTimeRange, RANGE_HINT, type Range, type Wrong } from './power-quantities.ts';
import { type Context, deviceWord } from './scenario-words.ts';

/** Requests of one workload. */
const MOST_REQUESTS = 2_000_000_000;

const NOTHING: Range = { least: 0, most: 0 };

function rangeOf({ complaints }: Context, range: Range | Wrong, hint: string, path: KeyPath): Range {
  if (!('wrong' in range)) return range;
  complaints.add(path, range.wrong, hint);
  return NOTHING;
}

function timeRangeOf(context: Context, text: string | undefined, path: KeyPath): Range {
  return text === undefined ? NOTHING : rangeOf(context, parseTimeRange(text), RANGE_HINT, path);
}

function compileBursts(
  context: Context,
  bursts: NonNullable<WorkloadStreamData['bursts']>,
  path: KeyPath,
): Pick<StreamPlan & { kind: 'bursty' }, 'gap' | 'requests' | 'spacing'> {
  const { complaints } = context;
  const gap = timeRangeOf(context, bursts.gap, [...path, 'gap']);
  const hint = 'write 20, or a range: 1..20';
  const requests = rangeOf(context, parseCountRange(bursts.requests), hint, [...path, 'requests']);
  if (gap.least === 0 && gap.most === 0)
    complaints.add([...path, 'gap'], 'bursts without a time between them', 'make it longer than nothing');
  if (requests.least === 0)
    complaints.add([...path, 'requests'], 'a burst without a request', 'a burst has one at least');
  return { gap, requests, spacing: timeRangeOf(context, bursts.spacing, [...path, 'spacing']) };
}

const SOURCES = ['every', 'bursts', 'replay'] as const;

function compileStream(context: Context, data: WorkloadStreamData, path: KeyPath): StreamPlan {
  const { complaints } = context;
  const given = SOURCES.filter((key) => data[key] !== undefined);
  if (given.length !== 1)
    complaints.add(
      given.length === 0 ? path : [...path, given[1]!],
      given.length === 0
        ? `nothing says when requests of '${data.device}' come`
        : `both ${given[0]} and ${given[1]} say when requests come`,
      'say one of every, bursts and replay',
      given.length > 0,
    );
  if (data.busy === undefined && data.replay === undefined)
    complaints.add(path, `nothing says how long '${data.device}' works on a request`, 'add busy: 2ms');
  if (data.offset !== undefined && data.every === undefined)
    complaints.add([...path, 'offset'], 'offset is of periodic requests', 'leave it out', true);
  if (data.replay_device !== undefined && data.replay === undefined)
    complaints.add([...path, 'replay_device'], 'there is no replay', 'leave it out', true);
  const busy = data.busy === undefined ? undefined : timeRangeOf(context, data.busy, [...path, 'busy']);
  const deadline =
    data.deadline === undefined ? undefined : timeOf(complaints, data.deadline, [...path, 'deadline']);
  if (deadline !== undefined && busy !== undefined && deadline < busy.least)
    complaints.add(
      [...path, 'deadline'],
      'shorter than the work itself: nobody can meet it',
      'make it longer',
    );
  const base = {
    device: deviceWord(context, data.device, [...path, 'device']),
    deadline,
    busy,
    seed: data.seed ?? 1,
    dma: data.dma,
  };
  if (data.bursts !== undefined)
    return { ...base, kind: 'bursty', ...compileBursts(context, data.bursts, [...path, 'bursts']) };
  if (data.replay !== undefined)
    return { ...base, kind: 'replayed', file: data.replay, recorded: data.replay_device ?? data.device };
  const every = data.every === undefined ? 1 : timeOf(complaints, data.every, [...path, 'every']);
  if (every === 0 && data.every !== undefined && /^0/.test(data.every))
    complaints.add([...path, 'every'], 'a period of no time', 'make it longer than nothing');
  if (busy !== undefined && every > 0 && data.every !== undefined && busy.least > every)
    complaints.add(
      [...path, 'busy'],
      `'${data.device}' works on each request for longer than the ${data.every} from one to the next, and is never done`,
      'make busy shorter, or every longer',
    );
  const offset = data.offset === undefined ? 0 : timeOf(complaints, data.offset, [...path, 'offset']);
  return { ...base, kind: 'periodic', every: Math.max(every, 1), offset };
}

/** How many requests a stream comes to, about. */
function requestsOf(plan: StreamPlan, length: number): number {
  if (plan.kind === 'periodic') return length / plan.every;
  if (plan.kind === 'replayed') return 0;
  const { gap, requests, spacing } = plan;
  const middle = ({ least, most }: Range) => (least + most) / 2;
  return (length / (middle(gap) + (middle(requests) - 1) * middle(spacing))) * middle(requests);
}

/** The work of a scenario. */
export function compileWorkload(context: Context, data: WorkloadData, path: KeyPath): WorkPlan {
  const { complaints } = context;
  const length = timeOf(complaints, data.length, [...path, 'length']);
  if (length === 0 && /^0/.test(data.length))
    complaints.add([...path, 'length'], 'a workload of no time', 'make it longer than nothing');
  const streams = data.streams.map((each, at) => compileStream(context, each, [...path, 'streams', at]));
  const requests = streams.reduce((sum, plan) => sum + requestsOf(plan, length), 0);
  if (Number.isFinite(requests) && requests > MOST_REQUESTS)
    complaints.add(
      [...path, 'length'],
      `about ${requests.toExponential(1)} requests`,
      `there may be ${MOST_REQUESTS} at most: shorten it`,
    );
  return { length, streams };
}
