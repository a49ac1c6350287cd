import { resolve } from 'node:path';
import { checkWorkspace } from './check-workspace.ts';
import { formatViolation } from './violation.ts';

const { packages, files, violations } = checkWorkspace(resolve(process.argv[2] ?? '.'));
for (const violation of violations) console.log(formatViolation(violation));
console.log(`${packages} packages, ${files} files: ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
