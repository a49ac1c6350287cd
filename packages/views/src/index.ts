export { formatEvent } from './format-event.ts';
export { formatHealth } from './format-health.ts';
export { formatLocks } from './format-locks.ts';
export { formatPlan } from './format-plan.ts';
export { formatAge, formatState } from './format-state.ts';
export { formatTable, plainText } from './format-table.ts';
export { createLogPrinter } from './log-printer.ts';
export { createPaint, oneLine, renderLine, type Format, type Paint, type Span } from './paint.ts';
export { createScreen, type Screen } from './screen.ts';
