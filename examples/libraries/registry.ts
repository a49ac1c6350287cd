const [reference = 'alpine:3'] = process.argv.slice(2);
// #region readme
import { createRegistryClient, platformOf } from '@device-supervisor/registry';

const client = createRegistryClient({
  credentials: { find: async () => null },
  registries: { insecureHosts: [], insecureRanges: ['127.0.0.0/8'], mirrors: [] },
  platform: platformOf('linux', 'aarch64'),
});
const { layers } = await client.imageSize(reference);
console.log(
  layers.reduce((sum, { download }) => sum + download, 0),
  'bytes to download',
);
// #endregion
