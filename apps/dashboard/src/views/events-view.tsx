import { useState } from 'preact/hooks';
import { Card, Empty } from '../components/card.tsx';
import { Timeline } from '../components/timeline.tsx';
import { describeEvent } from '../model/describe-event.ts';
import type { ViewProps } from './overview-view.tsx';

/** Events, as far back as the device keeps them. */
export function EventsView({ store }: ViewProps) {
  const [kind, setKind] = useState<Kind>('all');
  const [search, setSearch] = useState('');
  const wanted = search.toLowerCase();
  const { timeline } = store.activity.value;
  const entries = timeline.filter((entry) => {
    const { tone, title, detail, service } = describeEvent(entry);
    if (kind === 'trouble' && tone !== 'bad' && tone !== 'warn') return false;
    if (kind === 'ends' && entry.event === 'operation-started') return false;
    return `${title} ${detail} ${service ?? ''}`.toLowerCase().includes(wanted);
  });
  return (
    <>
      <h1 class="view-title">Events</h1>
      <Card title="Timeline" aside={<span class="count">{entries.length}</span>}>
        <div class="toolbar">
          <label>
            <span>Show</span>
            <select value={kind} onChange={({ currentTarget }) => setKind(readKind(currentTarget.value))}>
              <option value="all">Everything</option>
              <option value="ends">Without beginnings</option>
              <option value="trouble">Trouble alone</option>
            </select>
          </label>
          <label class="grow">
            <span>Search</span>
            <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
          </label>
        </div>
        {entries.length === 0 ? <Empty>No event matches.</Empty> : <Timeline entries={entries} now={store.now.value} />}
      </Card>
    </>
  );
}

type Kind = 'all' | 'ends' | 'trouble';

function readKind(text: string): Kind {
  return text === 'ends' || text === 'trouble' ? text : 'all';
}
