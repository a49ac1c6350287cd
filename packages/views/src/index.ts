export { formatEvent } from './format-event.ts';
export { formatHealth } from './format-health.ts';
export { formatLocks } from './format-locks.ts';
export { formatPlan } from './format-plan.ts';
export { formatAge, formatState, subjectOf, type StateViewOptions } from './format-state.ts';
export { formatTable, plainLines, plainText, type Cell } from './format-table.ts';
export { createLogPrinter, type LogPrinter, type PrintedLine } from './log-printer.ts';
export { createPaint, renderLine, type Format, type Paint, type Span } from './paint.ts';
export { createScreen, type Screen, type ScreenStream } from './screen.ts';
