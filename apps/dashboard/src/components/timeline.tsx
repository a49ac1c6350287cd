import type { TimelineEntry } from '../model/activity.ts';
import { describeEvent } from '../model/describe-event.ts';
import { formatTime } from '../model/format.ts';

/** Events in words, the newest first. */
export function Timeline({ entries, now }: { readonly entries: readonly TimelineEntry[]; readonly now: number }) {
  return (
    <ol class="timeline">
      {entries.toReversed().map((entry) => {
        const { tone, title, detail, service } = describeEvent(entry);
        const { time } = entry.data;
        return (
          <li key={`${entry.id ?? ''} ${time}`} class={tone}>
            <time dateTime={new Date(time).toISOString()}>{formatTime(time, now)}</time>
            <div class="row-text">
              <strong>
                {title}
                {service !== null && <span class="subject">{service}</span>}
              </strong>
              {detail !== '' && <span>{detail}</span>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
