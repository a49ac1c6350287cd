export { isLayer, LAYERS, type Layer, type LayerRule } from './architecture.ts';
export { checkWorkspace, type CheckResult } from './check-workspace.ts';
export { listFiles } from './list-files.ts';
export { formatViolation, type Violation } from './violation.ts';
