/** Random small worlds for explorations, as files in the command language. */
import fc from 'fast-check';

const DEVICES = ['a', 'b', 'c'];
const device = fc.constantFrom(...DEVICES);
const linkFlags = fc.constantFrom(
  'pm_runtime',
  'stateless,pm_runtime',
  'autoremove_consumer',
  'autoremove_supplier',
  'autoprobe_consumer,pm_runtime',
  'pm_runtime,rpm_active',
  'sync_state_only',
  '0',
);
const runtimeOperation = fc.constantFrom(
  ...['get_sync', 'put', 'get', 'put_sync', 'put_autosuspend', 'resume', 'suspend', 'idle', 'request_idle'],
  ...['disable', 'enable', 'barrier', 'forbid', 'allow', 'mark_last_busy', 'set_active', 'set_suspended'],
  ...['irq_safe', 'no_callbacks', 'force_suspend', 'force_resume', 'get_if_in_use', 'resume_and_get'],
);

const actorCommand = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(runtimeOperation, device).map((words) => `rpm ${words.join(' ')}`) },
  {
    weight: 2,
    arbitrary: fc.tuple(device, device, linkFlags).map((words) => `link ${words.join(' ')}`),
  },
  { weight: 1, arbitrary: fc.tuple(device, device).map((words) => `rmlink ${words.join(' ')}`) },
  { weight: 2, arbitrary: device.map((name) => `unbind ${name}`) },
  { weight: 2, arbitrary: device.map((name) => `bind ${name} d`) },
  { weight: 1, arbitrary: device.map((name) => `attach ${name}`) },
  { weight: 1, arbitrary: device.map((name) => `del ${name}`) },
  { weight: 1, arbitrary: fc.constantFrom('move c a 1', 'move b - 0', 'move c - 3') },
  { weight: 1, arbitrary: fc.constantFrom('suspend', 'suspend devices', 'system_wakeup', 'flush') },
  { weight: 1, arbitrary: device.map((name) => `domain ${name} pd`) },
  { weight: 1, arbitrary: device.map((name) => `undomain ${name}`) },
);

const outcome = fc
  .tuple(
    device,
    fc.constantFrom('runtime_suspend', 'runtime_resume', 'runtime_idle', 'probe', 'suspend', 'resume'),
    fc.constantFrom('0,-16', '0,-5', '-11,0', '-517,0'),
  )
  .map((words) => `outcome ${words.join(' ')}`);

const nested = fc
  .tuple(
    device,
    fc.constantFrom('runtime_resume', 'runtime_suspend', 'probe', 'remove', 'suspend'),
    actorCommand,
  )
  .map(([name, callback, command]) => `on ${name} ${callback} ${command}`);

const flag = fc.boolean();

const setup = fc
  .record({
    parents: fc.tuple(flag, flag),
    asynchronous: flag,
    asyncDriver: flag,
    links: fc.uniqueArray(fc.tuple(device, device, linkFlags), {
      maxLength: 2,
      selector: ([consumer, supplier]) => `${consumer} ${supplier}`,
    }),
    enabled: fc.tuple(flag, flag, flag),
    autosuspends: fc.option(device),
    domain: fc.option(fc.constantFrom('a', 'b')),
    outcomes: fc.uniqueArray(outcome, { maxLength: 2, selector: (line) => line.split(' ', 3).join(' ') }),
    nested: fc.option(nested),
  })
  .map(({ parents, asynchronous, asyncDriver, links, enabled, autosuspends, domain, outcomes, nested }) => [
    'dev a',
    `dev b${parents[0] ? ' parent=a' : ''}`,
    `dev c${parents[1] ? ' parent=b' : ''}`,
    'genpd top',
    'genpd pd',
    'subdomain top pd',
    ...(domain === null ? [] : [`domain ${domain} pd`]),
    ...links.map((words) => `link ${words.join(' ')}`),
    `drv d match=a,b,c ops=all sync_state${asyncDriver ? ' async' : ''}`,
    ...DEVICES.flatMap((name, at) => (enabled[at] ? [`rpm enable ${name}`] : [])),
    ...(autosuspends === null
      ? []
      : [`rpm set_delay ${autosuspends} 10`, `rpm use_autosuspend ${autosuspends}`]),
    ...(asynchronous ? [...DEVICES.map((name) => `flag ${name} async`), 'pm_async 1'] : []),
    ...(nested === null ? [] : [nested]),
    ...outcomes,
  ]);

/** Lines of an exploration: three devices, a driver, two power domains, and two actors of up to three commands. */
export const randomExploration: fc.Arbitrary<string> = fc
  .tuple(
    setup,
    fc.array(actorCommand, { minLength: 1, maxLength: 3 }),
    fc.array(actorCommand, { minLength: 1, maxLength: 2 }),
    flag,
  )
  .map(([world, first, second, isFree]) =>
    [...world, 'actor one', ...first, `actor two${isFree ? ' unfreezable' : ''}`, ...second].join('\n'),
  );
