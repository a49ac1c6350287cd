import type { HealthProblem } from '@device-supervisor/api-client';
import { Icon } from './icon.tsx';

interface ProblemListProps {
  readonly conditions: readonly HealthProblem[];
  /** Of the supervisor itself. */
  readonly problems: readonly string[];
}

/** The problems of the device, with their remedies. */
export function ProblemList({ conditions, problems }: ProblemListProps) {
  return (
    <ul class="rows">
      {problems.map((problem) => (
        <li class="row" key={problem}>
          <span class="row-icon bad">
            <Icon name="warn" />
          </span>
          <div class="row-text">
            <strong>The supervisor itself</strong>
            <span>{problem}</span>
            <small>Restart the supervisor</small>
          </div>
        </li>
      ))}
      {conditions.map(({ component, message, remedy }) => (
        <li class="row" key={`${component} ${message}`}>
          <span class="row-icon warn">
            <Icon name="warn" />
          </span>
          <div class="row-text">
            <strong>{component}</strong>
            <span>{message}</span>
            <small class="remedy">{remedy}</small>
          </div>
        </li>
      ))}
    </ul>
  );
}
