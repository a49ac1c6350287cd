import { describeConvergence } from './describe-convergence.ts';

describeConvergence({ managed: false, runs: 1500 });
