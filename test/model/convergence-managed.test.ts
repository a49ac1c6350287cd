import { describeConvergence } from './describe-convergence.ts';

describeConvergence({ managed: true, runs: 1500 });
