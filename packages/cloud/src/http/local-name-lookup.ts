import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import createMulticastDns from 'multicast-dns';

/** Milliseconds; who is in the network answers at once. */
const TIME_LIMIT = 3000;
/** Milliseconds until the question is put again: multicast packets get lost. */
const REPETITION = 1000;

/**
 * Finds names that end in `.local` by asking the local network (mDNS), all others as the system does. In the container of
 * the supervisor the system's resolver does not know of the former.
 */
export const lookupLocalNames: LookupFunction = (hostname, options, callback) => {
  if (!/\.local\.?$/i.test(hostname)) return systemLookup(hostname, options, callback);
  const socket = createMulticastDns();
  const name = hostname.replace(/\.$/, '').toLowerCase();
  const ask = (): void => socket.query({ questions: [{ name, type: 'A' }] });
  const repetition = setInterval(ask, REPETITION);
  const limit = setTimeout(() => finish([]), TIME_LIMIT);

  function finish(addresses: readonly LookupAddress[]): void {
    clearInterval(repetition);
    clearTimeout(limit);
    socket.removeAllListeners('response');
    socket.destroy();
    const [first] = addresses;
    if (first === undefined) {
      const error = Object.assign(new Error(`no device in the local network has the name ${hostname}`), {
        code: 'ENOTFOUND',
      });
      return callback(error, '');
    }
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  }

  socket.on('error', () => finish([]));
  socket.on('response', ({ answers, additionals }) => {
    const addresses = [...(answers ?? []), ...(additionals ?? [])].flatMap((record) =>
      record.type === 'A' && record.name.toLowerCase() === name ? [{ address: record.data, family: 4 }] : [],
    );
    if (addresses.length > 0) finish(addresses);
  });
  ask();
};
