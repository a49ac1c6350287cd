import type { EngineEvent } from '../ports.ts';

/** Actions on containers that change nothing which a plan or a client looks at; a health check alone makes three a run. */
const IRRELEVANT = /^(exec_|attach$|detach$|top$|resize$|copy$|export$|archive-path$|extract-to-dir$|commit$)/;

/** May the event mean that there is something to do, or to show? */
export function isRelevant(event: EngineEvent): boolean {
  return event.kind !== 'container' || !IRRELEVANT.test(event.action);
}
