/**
 * Results as text, one file a format. The schemas are apart (report/schemas.ts): they alone need zod.
 */
export type { TestReportOptions } from './checked-inputs.ts';
export { linksDot, orderDot } from './dot.ts';
export { githubAnnotations } from './github.ts';
export { junit } from './junit.ts';
export { ktap } from './ktap.ts';
export { linksMermaid, orderMermaid } from './mermaid.ts';
export { chromeTrace } from './perfetto.ts';
export type { PictureOptions } from './picture.ts';
export { type SarifOptions, sarif } from './sarif.ts';
export { timelineSvg } from './timeline-svg.ts';
