/** Transfers as data (struct virt_dma_chan, struct virt_dma_desc; drivers/dma/virt-dma.h). */
import type { DeviceId } from './device.ts';

/** Ids are indices into the descriptors of the DMA layer and are never reused. */
export type DmaDescriptorId = number;
/** dma_cookie_t. The first that is given out is 2. */
export type DmaCookie = number;

/** Where a descriptor is: on a list of its channel, with the hardware, or gone. */
export const DMA_DESCRIPTOR_STATES = [
  'allocated',
  'submitted',
  'issued',
  'running',
  'completed',
  'terminated',
  'freed',
] as const;
export type DmaDescriptorState = (typeof DMA_DESCRIPTOR_STATES)[number];

export interface DmaDescriptor {
  readonly channel: number;
  /** The device whose callback dma_complete it has, -1 for no callback. */
  readonly client: DeviceId;
  readonly cyclic: boolean;
  state: DmaDescriptorState;
  /** 0 before it is submitted, and when it has completed. */
  cookie: DmaCookie;
  /** The operation that is submitted when this one is done, and the one that this one waits for; -1 for none. */
  next: DmaDescriptorId;
  parent: DmaDescriptorId;
  /** DMA_CTRL_ACK: nothing more may depend on it. */
  acknowledged: boolean;
  /** The hardware has done it. */
  done: boolean;
  /** Its engine has a runtime PM reference for it. */
  counted: boolean;
  /** Ticks that the hardware needs, -1 where a scenario says when it is done; and behind that the data to the device. */
  readonly takes: number;
  readonly arrives: number;
  /** When it ends and the data are at the device; -1 where it has not begun, or nobody knows. */
  ends: number;
  arrived: number;
}

/** The lists of a virtual channel, each oldest first, and what the hardware does. */
export interface VirtualChannel {
  readonly allocated: DmaDescriptorId[];
  readonly submitted: DmaDescriptorId[];
  readonly issued: DmaDescriptorId[];
  readonly completed: DmaDescriptorId[];
  readonly terminated: DmaDescriptorId[];
  /** The driver has taken it from `issued` and started it; -1 for none. */
  running: DmaDescriptorId;
  /** cyclic: a period of it has ended, and its callback is to be called; -1 for none. */
  cyclic: DmaDescriptorId;
  /** The completion tasklet is scheduled. */
  taskletScheduled: boolean;
  paused: boolean;
  cookie: DmaCookie;
  completedCookie: DmaCookie;
}

/** enum dma_status, in the order of its numbers. */
export const DMA_STATUSES = ['complete', 'in progress', 'paused', 'error', 'out of order'] as const;
export type DmaStatus = (typeof DMA_STATUSES)[number];

/** DMA_MIN_COOKIE. */
const FIRST_COOKIE = 1;

/** vchan_init(). */
export function createVirtualChannel(): VirtualChannel {
  return {
    allocated: [],
    submitted: [],
    issued: [],
    completed: [],
    terminated: [],
    running: -1,
    cyclic: -1,
    taskletScheduled: false,
    paused: false,
    cookie: FIRST_COOKIE,
    completedCookie: FIRST_COOKIE,
  };
}
