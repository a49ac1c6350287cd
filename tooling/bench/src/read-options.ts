import { parseArgs } from 'node:util';

/** The measurements to make, and how long each takes. @throws TypeError an option is not known, or lacks its value */
export function readOptions(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      idle: { type: 'string', default: '60' },
      starts: { type: 'string', default: '11' },
      reads: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '5' },
      services: { type: 'string', default: '30' },
      apply: { type: 'boolean', default: false },
      http: { type: 'boolean', default: false },
      change: { type: 'boolean', default: false },
      against: { type: 'string' },
      sizes: { type: 'string', default: '1x30,10x10,50x6' },
      logs: { type: 'boolean', default: false },
      outage: { type: 'string', default: '120' },
      watch: { type: 'boolean', default: false },
      edits: { type: 'string', default: '20' },
      image: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      changes: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      fleet: { type: 'boolean', default: false },
      devices: { type: 'string', default: '200' },
      minutes: { type: 'string', default: '5' },
      poll: { type: 'string', default: '60' },
    },
  }).values;
}
