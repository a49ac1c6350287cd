// #region readme
import { nodeFileSystem, openBackedUpFile, replaceFile } from '@device-supervisor/durable-file';

await replaceFile(nodeFileSystem, { path: 'no_proxy', bytes: Buffer.from('10.0.0.0/8\n') });

const file = openBackedUpFile({ path: 'config.txt' });
await file.update((current) => Buffer.concat([current ?? Buffer.of(), Buffer.from('gpu_mem=16\n')]));
const { bytes, source } = await file.read();
console.log(source, Buffer.from(bytes ?? []).toString());
// #endregion
