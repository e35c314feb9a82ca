/** What `devgraph links --json` says of requests for DMA channels. Needs zod, like schemas.ts. */
import { z } from 'zod';

const text = (description: string) => z.string().describe(description);
const number = (description: string) => z.int().min(0).describe(description);
const device = (description: string) => text(`${description}, as bus:name`);

const requestSchema = z
  .object({
    client: device('The client'),
    name: text('The entry of dma-names.'),
    result: z.int().max(0).describe('0, or the error as a negative number.'),
    engine: device('The engine').nullable().describe('The engine; null where the request came to none.'),
    channel: z.string().nullable().describe("The channel's own device; null where the request came to none."),
    link: z
      .string()
      .nullable()
      .describe('Supplier of the link that the request made or found; null for no link.'),
    refused: z.string().nullable().describe('Why device_link_add() refused the link; null if it did not.'),
    deferrals: number('Requests before this one that ended in -EPROBE_DEFER.'),
  })
  .describe('The last request of a client for a channel name.');

export const dmaRequestsSchema = z
  .object({
    requests: z.array(requestSchema).describe('Requests, in the order in which each was first made.'),
    deferredByRequest: number('Probes put off because a channel request ended in -EPROBE_DEFER.'),
    deferredByLink: number(
      'Probes of DMA clients put off because a supplier was missing, before they could request.',
    ),
    warnings: z
      .array(
        z
          .object({ place: text('Where in the kernel.'), times: number('How often.') })
          .describe('A WARN_ON of the kernel.'),
      )
      .describe('WARN_ONs of the boot, by place.'),
  })
  .describe('Requests for DMA channels; only with --dma-links.');
