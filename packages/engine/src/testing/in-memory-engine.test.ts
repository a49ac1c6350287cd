import { CONTRACT_IMAGE, describeEngineContract } from './engine-contract.ts';
import { createInMemoryEngine } from './in-memory-engine.ts';

describeEngineContract('in memory', async () => {
  const image = { ...CONTRACT_IMAGE, command: ['serve'] };
  const engine = createInMemoryEngine({ images: { 'contract:1': image } });
  let port = 20_000;
  return {
    engine,
    image: { reference: 'contract:1', config: image },
    unpublished: 'registry.local/contract-nothing:1',
    async publish(name, content) {
      const tag = `registry.local/${name}:1`;
      return { tag, digest: engine.publishImage(tag, { ...image, content }).digestReference };
    },
    async tag(_reference, tag) {
      engine.addImage(tag, image);
    },
    exit: async (container, code) => engine.exit(container, code),
    becomeHealthy: async (container) => engine.setHealth(container, 'healthy'),
    limitMemory: async (container, memory) => {
      const resources = engine.snapshot().containers.find(({ name }) => name === container)?.config.resources;
      if (resources !== undefined) engine.updateContainer(container, { resources: { ...resources, memory } });
    },
    freePort: async () => port++,
    [Symbol.asyncDispose]: async () => engine.goAway(),
  };
});
