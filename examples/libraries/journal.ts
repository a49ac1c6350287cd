const [unit = 'docker.service'] = process.argv.slice(2);
// #region readme
import { followJournal } from '@device-supervisor/journal';

const stop = new AbortController();
for await (const { timestamp, message } of followJournal({ unit }, stop.signal)) {
  console.log(new Date(timestamp).toISOString(), message);
  if (message.includes('done')) stop.abort();
}
// #endregion
