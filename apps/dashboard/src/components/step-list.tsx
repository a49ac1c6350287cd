import { formatBytes, formatKind } from '../model/format.ts';
import type { PlanStep, StepStatus } from '../model/plan-steps.ts';
import { Icon, type IconName } from './icon.tsx';
import { ProgressBar } from './progress-bar.tsx';

/** The plan, step by step, with what was done already. */
export function StepList({ steps }: { readonly steps: readonly PlanStep[] }) {
  return (
    <ol class="steps">
      {steps.map((step) => (
        <Step key={step.operation.id} step={step} />
      ))}
    </ol>
  );
}

function Step({ step: { operation, status, progress, reason, after } }: { readonly step: PlanStep }) {
  const { icon, word } = LOOKS[status];
  return (
    <li class={`step ${status}`}>
      <span class="step-mark">
        <Icon name={icon} />
      </span>
      <div class="row-text">
        <strong>
          {formatKind(operation.kind)}
          {operation.service !== null && <span class="subject">{operation.service}</span>}
          <span class="tag">{word}</span>
        </strong>
        <span>{operation.cause}</span>
        {progress !== undefined && (
          <>
            <ProgressBar
              percent={progress.percent}
              label={`${formatKind(operation.kind)} ${operation.service ?? ''}`}
            />
            <small>{formatProgress(progress)}</small>
          </>
        )}
        {reason !== undefined && <span class="fault">{reason}</span>}
        {after.length > 0 && (
          <small>
            After{' '}
            {after
              .map(
                ({ kind, service }) => `${formatKind(kind).toLowerCase()}${service === null ? '' : ` of ${service}`}`,
              )
              .join(', ')}
          </small>
        )}
      </div>
    </li>
  );
}

export function formatProgress({ percent, receivedBytes, totalBytes }: NonNullable<PlanStep['progress']>): string {
  if (totalBytes === 0) return `${percent} %`;
  return `${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)} · ${percent} %`;
}

const LOOKS: Readonly<Record<StepStatus, { readonly icon: IconName; readonly word: string }>> = {
  done: { icon: 'check', word: 'done' },
  running: { icon: 'restart', word: 'running' },
  next: { icon: 'arrow', word: 'next' },
  waiting: { icon: 'clock', word: 'waits' },
  failed: { icon: 'cross', word: 'failed' },
  locked: { icon: 'lock', word: 'locked' },
  skipped: { icon: 'minus', word: 'skipped' },
  cancelled: { icon: 'minus', word: 'cancelled' },
};
