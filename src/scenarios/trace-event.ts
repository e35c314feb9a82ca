/**
 * Lines of a trace as data, with the recorded keys in the recorded order. ../shared/data/kernel-6.12/README.md, "Events".
 */
import type { ScriptedCallback } from './command.ts';
import type { Result } from './session.ts';

/** Who has a callback: driver, device type, PM domain, power domain, or DMA engine layer. */
export type Layer = 'drv' | 'type' | 'dom' | 'genpd' | 'dma';

export type TraceEvent =
  | { readonly e: 'cmd'; readonly n: number; readonly c: string }
  | { readonly e: 'ret'; readonly n: number; readonly v: Result }
  | {
      readonly e: 'cb';
      readonly d: string;
      readonly c: ScriptedCallback;
      readonly l: Layer;
      /** In the script's own task, in a worker, or in a tasklet. */
      readonly x: 'cmd' | 'wq' | 'bh';
      /** The DMA channel that it is about. */
      readonly ch?: string;
    }
  | { readonly e: 'cbr'; readonly d: string; readonly c: ScriptedCallback; readonly v: number }
  | ({ readonly e: 'dev' | 'link' | 'gpd' | 'list' | 'dma' | 'chan' | 'table' } & Readonly<
      Record<string, unknown>
    >)
  | { readonly e: 'grant'; readonly h: string; readonly ch: string }
  | { readonly e: 'msg' | 'warn'; readonly m: string };
