import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiClient } from '@device-supervisor/api-client';
import { Icon } from '../components/icon.tsx';
import { formatTime } from '../model/format.ts';
import { matchingLines, ownerOf, SYSTEM, type LogFilter, type NumberedLine } from '../model/log-buffer.ts';
import { useLogs } from '../model/use-logs.ts';
import { place } from '../model/route.ts';
import type { ViewProps } from './overview-view.tsx';

/** Log lines of services and supervisor, from the opening of the view on. */
export function LogsView({ store, client }: ViewProps & { readonly client: ApiClient }) {
  const [filter, setFilter] = useState<LogFilter>({ service: place.value.detail, search: '', errorsOnly: false });
  const [isPaused, setPaused] = useState(false);
  const { shown, waiting, clear } = useLogs(client, isPaused);
  const names = [
    ...new Set((store.state.value?.apps ?? []).flatMap(({ services }) => services.map(({ name }) => name))),
  ];
  useEffect(() => setFilter((before) => ({ ...before, service: place.value.detail })), [place.value.detail]);
  const lines = matchingLines(shown, filter);
  return (
    <div class="logs">
      <h1 class="view-title">Logs</h1>
      <div class="toolbar">
        <label>
          <span>Service</span>
          <select
            value={filter.service}
            onChange={({ currentTarget }) => setFilter({ ...filter, service: currentTarget.value })}
          >
            <option value="">All</option>
            {[...names, SYSTEM].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="grow">
          <span>Search</span>
          <input
            type="search"
            value={filter.search}
            onInput={({ currentTarget }) => setFilter({ ...filter, search: currentTarget.value })}
          />
        </label>
        <label
          class="check"
          title="What was written to stderr. A service with a terminal has one stream for everything."
        >
          <input
            type="checkbox"
            checked={filter.errorsOnly}
            onChange={({ currentTarget }) => setFilter({ ...filter, errorsOnly: currentTarget.checked })}
          />
          Errors alone
        </label>
        <button type="button" class="plain" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          <Icon name={isPaused ? 'start' : 'pause'} />{' '}
          {isPaused ? `Go on${waiting > 0 ? ` (${waiting} new)` : ''}` : 'Pause'}
        </button>
        <button type="button" class="plain" onClick={clear}>
          Clear
        </button>
      </div>
      <LogLines lines={lines} search={filter.search} now={store.now.value} />
    </div>
  );
}

interface LogLinesProps {
  readonly lines: readonly NumberedLine[];
  readonly search: string;
  readonly now: number;
}

/** Stays at the newest line unless the person has scrolled up. */
function LogLines({ lines, search, now }: LogLinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  });
  return (
    <div
      ref={box}
      class="log-lines"
      role="log"
      aria-label="Log lines"
      aria-live="off"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        isAtEnd.current = scrollTop + clientHeight > scrollHeight - 24;
      }}
    >
      {lines.length === 0 && <p class="empty">{search === '' ? 'Waiting for the next line …' : 'No line matches.'}</p>}
      {lines.map((line) => (
        <div key={line.number} class={`log-line ${line.isStdErr === true ? 'err' : ''}`}>
          <time>{line.timestamp === undefined ? '' : formatTime(line.timestamp, now)}</time>
          <span class="log-owner" style={{ '--hue': String(hueOf(ownerOf(line))) }}>
            {line.isSystem === true ? 'supervisor' : line.serviceName}
          </span>
          <span class="log-text">
            <Marked text={line.message} search={search} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** The text with what was searched for marked. */
function Marked({ text, search }: { readonly text: string; readonly search: string }) {
  const at = search === '' ? -1 : text.toLowerCase().indexOf(search.toLowerCase());
  if (at < 0) return <>{text}</>;
  const end = at + search.length;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, end)}</mark>
      <Marked text={text.slice(end)} search={search} />
    </>
  );
}

/** A colour for each service, the same each time. */
function hueOf(name: string): number {
  return Array.from(name, (letter) => letter.codePointAt(0) ?? 0).reduce((sum, code) => (sum * 31 + code) % 360, 7);
}
