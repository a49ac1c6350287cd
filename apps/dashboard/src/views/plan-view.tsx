import { BlockedList } from '../components/blocked-list.tsx';
import { Card, Empty } from '../components/card.tsx';
import { LockList } from '../components/lock-list.tsx';
import { ProgressBar } from '../components/progress-bar.tsx';
import { StepList } from '../components/step-list.tsx';
import { propose } from '../model/actions.ts';
import { progressOf } from '../model/plan-steps.ts';
import type { ViewProps } from './overview-view.tsx';

/** The plan: operations with their causes, blocked parts, and parts of the target that are not applied. */
export function PlanView({ store, actions }: ViewProps) {
  const plan = store.plan.value;
  const steps = store.steps.value;
  const blocked = plan?.blocked ?? [];
  const notices = plan?.notices ?? [];
  const share = progressOf(steps);
  const isPending = steps.length > 0 || blocked.length > 0;
  return (
    <>
      <h1 class="view-title">Plan</h1>
      <Card
        title="Steps"
        aside={
          <span class="app-aside">
            {isPending && (
              <button type="button" class="plain" onClick={() => propose(actions.cancel)}>
                Cancel the update
              </button>
            )}
            <button type="button" class="plain" onClick={() => propose(isPending ? actions.force : actions.update)}>
              {isPending ? 'Update now' : 'Look for an update'}
            </button>
          </span>
        }
      >
        {share !== null && share > 0 && <ProgressBar percent={share * 100} label="Progress of the update" />}
        {plan === null ? (
          <Empty>Planning …</Empty>
        ) : steps.length === 0 ? (
          <Empty>
            {blocked.length === 0
              ? 'Nothing to do: the device is at its target.'
              : 'Nothing can be done until what is below changes.'}
          </Empty>
        ) : (
          <StepList steps={steps} />
        )}
      </Card>
      <Card title="Waiting" aside={<span class="count">{blocked.length}</span>}>
        {blocked.length === 0 ? <Empty>Nothing has to wait.</Empty> : <BlockedList store={store} blocked={blocked} />}
      </Card>
      <Card title="Update locks" aside={<span class="count">{store.locks.value.length}</span>}>
        <LockList store={store} actions={actions} />
      </Card>
      {notices.length > 0 && (
        <Card title="Not applied" aside={<span class="count">{notices.length}</span>}>
          <ul class="rows">
            {notices.map(({ appId, service, field, reason }) => (
              <li class="row" key={`${appId} ${service} ${field} ${reason}`}>
                <div class="row-text">
                  <strong>
                    {field}
                    {service !== null && <span class="subject">{service}</span>}
                  </strong>
                  <span>{reason}</span>
                </div>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}
