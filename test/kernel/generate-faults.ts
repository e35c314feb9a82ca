/** Commands that are none, or name what is not there, and odd ways to write good ones. */
import type { Draft } from './generate-draft.ts';

/** Commands without what they need, or with what is no number, flag or option. `D` stands for a device. */
const INCOMPLETE = [
  'dev',
  'drv',
  'drv r98',
  'drv r98 match=D nonsense',
  'drv r98 match=D ops=nonsense',
  'dev d98 type=nonsense',
  'dev d98 parent=D parent=D',
  'undrv',
  'add',
  'bind D',
  'link D',
  'link D D',
  'link D D nonsense',
  'link D D 2147483648',
  'link D D 0x1',
  'link D D stateless,,pm_runtime',
  'rpm',
  'rpm get_sync',
  'rpm set_delay D',
  'rpm set_delay D 5x',
  'rpm set_delay D 0x14',
  'rpm ignore_children D',
  'rpm schedule_suspend D -1x',
  'ret D probe',
  'ret D probe x',
  'ret D suspend -5,',
  'ret D probe defer:',
  'on D probe',
  'off D',
  'delay D suspend',
  'delay D suspend x',
  'delay D runtime_idle -5',
  'wakeup D',
  'wakeup D 2',
  'flag D',
  'move D',
  'move D - 7',
  'move D - last',
  'sleep',
  'sleep x',
  'sleep -3',
  'suspend mem',
  'state D more words',
  'links D',
] as const;

/** A command that lacks something. */
export function incompleteCommand(draft: Draft): void {
  draft.say(draft.pick(INCOMPLETE).replaceAll('D', draft.device()));
}

/** A line that the kernel's module answers with "bad", or understands though it looks odd. */
export function faultyCommand(draft: Draft): void {
  const device = draft.device();
  const absent = draft.absent();
  draft.say(
    draft.weighted<string>([
      [2, `rpm get_sync ${absent}`],
      [1, `rpm nonsense ${device}`],
      [1, `frobnicate ${device}`],
      [1, `attach ${absent}`],
      [1, `unbind ${absent}`],
      [1, `bind ${device} r99`],
      [1, `bind ${absent} ${draft.driver()}`],
      [1, `link ${device} ${absent} 0`],
      [1, `link ${absent} ${device} stateless`],
      [1, `dellink ${device} ${absent}`],
      [1, `rmlink ${absent} ${device}`],
      [1, `del ${absent}`],
      [1, `add ${absent}`],
      [1, `undrv r99`],
      [1, `state ${absent}`],
      [1, `ret ${absent} probe -5`],
      [1, `ret ${device} nonsense -5`],
      [1, `on ${device} nonsense state`],
      [1, `on ${absent} probe state`],
      [1, `off ${absent} probe`],
      [1, `delay ${absent} suspend 5`],
      [1, `flag ${absent} async`],
      [1, `flag ${device} nonsense`],
      [1, `wakeup ${absent} 1`],
      [1, `wakeup_path ${absent}`],
      [1, `move ${absent} - 0`],
      [1, `move ${device} ${absent} 0`],
      [1, `suspend nonsense`],
      [1, `dev ${draft.newDevice()} parent=${absent}`],
      [1, `dev ${draft.newDevice()} nonsense`],
      [1, `dev ${draft.pick(['power', 'uevent'])} parent=${device}`],
      [1, `drv ${draft.newDriver()} match=${absent}`],
      [1, `rpm   enable   ${device}`],
    ]),
  );
}
