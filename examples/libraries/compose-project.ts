import { mkdir, writeFile } from 'node:fs/promises';

await mkdir('shop', { recursive: true });
await writeFile('shop/compose.yaml', 'services:\n  web:\n    image: nginx:${TAG:-1}\n    ports: ["8080:80"]\n');
// #region readme
import { loadProject, toTargetState } from '@device-supervisor/compose-project';

const project = await loadProject('shop', {
  environment: process.env,
  profiles: ['debug'],
  device: { type: 'raspberrypi4-64', arch: 'aarch64' },
});
console.log(
  project.services.map(({ name }) => name),
  project.remarks,
);
console.log(JSON.stringify(toTargetState(project)));
// #endregion
