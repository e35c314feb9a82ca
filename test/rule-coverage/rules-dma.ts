/** Rules of the DMA engine layer (drivers/dma/dmaengine.c, of-dma.c, virt-dma.h; crypto/async_tx/async_tx.c). */
import { inFile, notModelled, type Sheet } from './rule.ts';

const candidates = inFile('dma/candidates.ts');
const references = inFile('dma/channel-references.ts');
const request = inFile('dma/request.ts');
const byName = inFile('dma/request-by-name.ts');
const tree = inFile('dma/of-dma.ts');
const phandles = inFile('dma/phandle-lists.ts');
const transfers = inFile('dma/virt-dma.ts');
const dependent = inFile('dma/async-tx.ts');

export const DMA: Sheet = {
  title: 'DMA engines',
  sections: [
    {
      title: 'Who gets a channel',
      rules: [
        candidates(
          'a public engine of several channels of which one is in use grants none',
          'engine.channelCount > 1 && !isPrivate(engine) && engine.channels.some(isInUse)',
          'false',
        ),
        candidates('the filter is asked for free channels only', 'if (isInUse(channel)) continue;', ''),
        candidates(
          'an exclusive grant makes the engine private',
          'engine.capabilities |= DMA_CAP.private;',
          '',
        ),
        candidates(
          'the last exclusive use less ends that',
          'if (--engine.privateCount === 0) engine.capabilities &= ~DMA_CAP.private;',
          '--engine.privateCount;',
        ),
        candidates(
          'an allocation that ends in -ENODEV takes the engine off the list',
          'if (error === -ENODEV) yield* takeOffList(world, id);',
          '',
        ),
        request(
          'with a node, engines of another node are passed over',
          'if (node >= 0 && own >= 0 && own !== node) continue;',
          '',
        ),
        request(
          'by capability: deferred while there is no engine at all',
          'world.dma.list.length === 0 ? -EPROBE_DEFER : -ENODEV',
          '-ENODEV',
        ),
      ],
    },
    {
      title: 'Channels by name',
      rules: [
        byName(
          'a deferral by the tree is the answer: filter maps are not asked',
          'if (result === -EPROBE_DEFER) return result;',
          '',
        ),
        tree('each request begins at another entry', '(entry + start) % count', 'entry'),
        tree('a controller that is missing defers', 'none = -EPROBE_DEFER', 'none = -ENODEV'),
        tree('a channel number is the only argument', 'if (args.length !== 1) return undefined;', ''),
        phandles(
          'an entry that is left out counts as one',
          "if (entry === index) return { kind: 'empty' };",
          '',
        ),
      ],
    },
    {
      title: 'References',
      rules: [
        references('only the first reference allocates', 'channel.clientCount !== 0', 'false'),
        references(
          'a channel of a public engine gets a reference for each public user',
          'if (!isPrivate(engine)) channel.clientCount = Math.max(channel.clientCount, world.dma.publicUsers);',
          '',
        ),
        references(
          'the last reference synchronizes before resources are freed',
          'vchanSynchronize(world, id);',
          '',
        ),
        notModelled(
          'devm_dma_request_chan() releases the channel when its driver goes',
          'resources that go with a driver are not; the remove callback of a scenario releases channels',
        ),
      ],
    },
    {
      title: 'Transfers',
      rules: [
        transfers('each submit has the next cookie', 'virtual.cookie + 1', 'virtual.cookie'),
        dependent(
          'dependencies are run up to the next change of channel',
          'next >= 0 && descriptorOf(world, next).channel === channel',
          'next >= 0',
        ),
        dependent(
          'an operation behind another of its channel is submitted at once',
          'own.channel !== other.channel',
          'true',
        ),
      ],
    },
  ],
};
