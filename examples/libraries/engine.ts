const [endpoint = 'unix:///var/run/docker.sock', image = 'alpine:3'] = process.argv.slice(2);
// #region readme
import { createEngine } from '@device-supervisor/engine';

const engine = createEngine({ endpoint });
const signal = AbortSignal.timeout(600_000);
await engine.pullImage(image, { signal, onProgress: ({ percent }) => console.log(`${percent} %`) });

for await (const event of engine.events(signal)) {
  const { containers } = await engine.observe({ imageReferences: [image] });
  console.log(
    event.kind,
    containers.map(({ name, status }) => `${name}: ${status}`),
  );
  break;
}
await engine[Symbol.asyncDispose]();
// #endregion
