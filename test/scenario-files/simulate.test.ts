import { describe, expect, it } from 'vitest';
import { type ScenarioFile, simulate } from '../../src/scenario-files/index.ts';
import { readScenario } from '../../src/scenario-files/scenario-schema.ts';

const UART: ScenarioFile = {
  devices: ['dma', 'uart'],
  links: [{ consumer: 'uart', supplier: 'dma', flags: ['pm_runtime'] }],
  drivers: [
    { name: 'pl330', match: 'dma', runtime_pm: {}, callbacks: { runtime_suspend: {}, runtime_resume: {} } },
    {
      name: 'imx-uart',
      match: 'uart',
      runtime_pm: {},
      callbacks: { runtime_suspend: {}, runtime_resume: { takes: '2ms' } },
    },
  ],
};

function failures(file: ScenarioFile): string[] {
  return simulate(file).expectations.flatMap(({ path, expected, instead }) =>
    instead === null ? [] : [`${path}: ${expected}: ${instead}`],
  );
}

describe('a scenario', () => {
  it('holds where the kernel resumes the supplier first', () => {
    const file: ScenarioFile = {
      ...UART,
      steps: [
        {
          pm_runtime_get_sync: 'uart',
          expect: { returns: 0, takes: '2ms', callbacks: ['dma runtime_resume', 'uart runtime_resume'] },
        },
      ],
      expect: { devices: { dma: { usage: 1 } }, never: ['uart runtime_suspend'], dpm_list: ['dma', 'uart'] },
    };
    expect(simulate(file)).toMatchObject({ ok: true, ended: 'end' });
  });

  it('says what was expected and what happened instead, for each expectation that fails', () => {
    const file: ScenarioFile = {
      ...UART,
      steps: [
        {
          pm_runtime_get_sync: 'uart',
          expect: {
            returns: '-EBUSY',
            takes: '5ms',
            callbacks: ['uart runtime_resume'],
            order: ['uart runtime_resume', 'dma runtime_resume'],
            never: ['dma runtime_resume'],
            devices: { uart: { usage: 2, runtime_error: '-EIO' } },
            links: [{ consumer: 'uart', supplier: 'dma', status: 'dormant' }],
            messages: ['should not be sleeping'],
            dpm_list: ['uart', 'dma'],
          },
        },
      ],
    };
    expect(failures(file)).toEqual([
      'steps.0.expect.returns: returns -EBUSY: it returns 0',
      'steps.0.expect.takes: takes 5ms: it takes 2 ms',
      'steps.0.expect.devices.uart.usage: uart usage 2: uart usage is 1',
      'steps.0.expect.devices.uart.runtime_error: uart runtime_error -EIO: uart runtime_error is 0',
      'steps.0.expect.links.0.status: link uart -> dma status dormant: its status is active',
      'steps.0.expect.order.1: uart runtime_resume, then dma runtime_resume: no dma runtime_resume behind uart runtime_resume; the last was dma runtime_resume at 0 ms',
      'steps.0.expect.callbacks.0: exactly uart runtime_resume: dma runtime_resume at 0 ms came in the place of uart runtime_resume',
      'steps.0.expect.never.0: never dma runtime_resume: dma runtime_resume at 0 ms',
      "steps.0.expect.messages.0: a message with 'should not be sleeping': no message came",
      'steps.0.expect.dpm_list.1: dpm_list uart, dma: dma stands before uart',
    ]);
  });

  it('gives the same result every time, with a seed too', () => {
    const file: ScenarioFile = { ...UART, steps: [{ pm_runtime_get: 'uart' }, 'settle', 'suspend'] };
    for (const seed of [undefined, 1, 2]) expect(simulate(file, { seed })).toEqual(simulate(file, { seed }));
  });
});

describe('a scenario as YAML', () => {
  const refused = (text: string) => {
    try {
      simulate(readScenario(text, 's.yaml').file, {
        input: 's.yaml',
        placeOf: readScenario(text, 's.yaml').placeOf,
      });
    } catch (error) {
      const { message, others } = error as Error & { others: readonly Error[] };
      return [message, ...others.map((other) => other.message)];
    }
    return [];
  };

  it('is refused with the place of each fault, before anything runs', () => {
    expect(
      refused(
        [
          'devices: [uart]',
          'steps:',
          '  - pm_runtime_get_sync: urat',
          '  - sleep: 5ms',
          '  - sleep: 5us',
          '  - device_link_add: {consumer: uart, supplier: dma, flags: []}',
        ].join('\n'),
      ),
    ).toEqual([
      "s.yaml, line 3, column 26: there is no device 'urat'; did you mean uart?",
      "s.yaml, line 5, column 12: '5us': the clock of the model has whole milliseconds; write a time with its unit: 10ms, 2s, 1.5s, 5min or 1h",
      "s.yaml, line 6, column 49: there is no device 'dma'; there is uart",
    ]);
  });
});

describe('a link that the kernel refuses', () => {
  it('is told with the rule that refused it', () => {
    const { trace, ok } = simulate({
      devices: ['a', 'b'],
      links: [
        { consumer: 'a', supplier: 'b', flags: 0 },
        { consumer: 'b', supplier: 'a', flags: 0 },
      ],
      steps: [{ device_link_add: { consumer: 'a', supplier: 'a', flags: 0 }, expect: { returns: 0 } }],
    });
    expect(ok).toBe(true);
    expect(trace.filter(({ kind }) => kind === 'link-refused')).toEqual([
      {
        kind: 'link-refused',
        time: 0,
        consumer: 'b',
        supplier: 'a',
        reason: 'supplier depends on the consumer',
      },
      { kind: 'link-refused', time: 0, consumer: 'a', supplier: 'a', reason: 'same device' },
    ]);
  });
});
