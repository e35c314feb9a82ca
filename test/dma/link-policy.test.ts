import { describe, expect, it } from 'vitest';
import { DL_FLAG, InputError } from '../../src/core/index.ts';
import {
  DMA_LINK_POLICIES,
  DMA_LINK_POLICY_NAMES,
  dmaLinkPolicyText,
  readDmaLinkPolicy,
} from '../../src/dma/index.ts';

describe('a link policy', () => {
  it.each(DMA_LINK_POLICY_NAMES)('%s is found by its name, in capitals and with underscores too', (name) => {
    const { policy } = DMA_LINK_POLICIES[name];
    expect(readDmaLinkPolicy(name)).toBe(policy);
    expect(readDmaLinkPolicy(name.toUpperCase().replaceAll('-', '_'))).toBe(policy);
  });

  it.each([
    ['engine', 'engine,managed,autoremove_consumer'],
    ['engine-pm-runtime', 'engine,managed,autoremove_consumer,pm_runtime,rpm_active'],
    ['engine-persistent', 'engine,managed'],
    ['channel-stateless', 'channel,stateless'],
    ['channel-stateless-pm-runtime', 'CHANNEL, stateless, PM-RUNTIME, rpm_active'],
    ['channel-stateless-autoremove', 'channel,stateless,autoremove_consumer,pm_runtime,rpm_active'],
  ] as const)('%s is the same spelled out: %s', (name, words) => {
    expect(readDmaLinkPolicy(words)).toEqual(DMA_LINK_POLICIES[name].policy);
  });

  it('spelled out may be what no name stands for, and what the kernel refuses', () => {
    const { STATELESS, AUTOREMOVE_SUPPLIER } = DL_FLAG;
    expect(readDmaLinkPolicy('channel,stateless,autoremove_supplier').flags).toBe(
      STATELESS | AUTOREMOVE_SUPPLIER,
    );
  });

  it.each([
    ['engin', 'did you mean engine?'],
    ['engine,fast', "'fast' is no word of a policy"],
    ['bus,managed', 'names no target'],
    ['engine,managed,stateless', 'a link is managed or stateless'],
    ['engine,', "'' is no word of a policy"],
    ['engine,constructor', "'constructor' is no word of a policy"],
    ['__proto__', 'is no policy'],
    ['\u001b[2J', 'is no policy'],
  ])('%j is refused: %s', (text, words) => {
    expect(() => readDmaLinkPolicy(text)).toThrow(InputError);
    expect(() => readDmaLinkPolicy(text)).toThrow(words);
  });

  it('is told in words', () => {
    expect(DMA_LINK_POLICY_NAMES.map((name) => dmaLinkPolicyText(DMA_LINK_POLICIES[name].policy))).toEqual([
      'no link',
      'a managed link to the engine (AUTOREMOVE_CONSUMER)',
      'a managed link to the engine (AUTOREMOVE_CONSUMER, PM_RUNTIME, RPM_ACTIVE if the client is active)',
      'a managed link to the engine',
      'a stateless link to the engine',
      'a stateless link to the engine (PM_RUNTIME, RPM_ACTIVE if the client is active)',
      "a managed link to the channel's own device (AUTOREMOVE_CONSUMER)",
      "a managed link to the channel's own device",
      "a stateless link to the channel's own device",
      "a stateless link to the channel's own device (PM_RUNTIME, RPM_ACTIVE if the client is active)",
      "a stateless link to the channel's own device (AUTOREMOVE_CONSUMER, PM_RUNTIME, RPM_ACTIVE if the client is active)",
      'a link to the engine, made by fw_devlink before any driver runs',
    ]);
  });
});
