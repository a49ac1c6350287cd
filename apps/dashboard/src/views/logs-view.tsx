import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiClient } from '@device-supervisor/api-client';
import { Icon } from '../components/icon.tsx';
import { formatTime } from '../model/format.ts';
import { isGap, matchingLines, ownerOf, SYSTEM, type LogFilter, type NumberedLine } from '../model/log-buffer.ts';
import { place } from '../model/route.ts';
import { splitAtMatches } from '../model/split-at-matches.ts';
import { useLogs } from '../model/use-logs.ts';
import type { ViewProps } from './overview-view.tsx';

/** Log lines of services and supervisor, from the opening of the view on. */
export function LogsView({ store, client }: ViewProps & { readonly client: ApiClient }) {
  const [filter, setFilter] = useState<LogFilter>({ service: place.value.detail, search: '', errorsOnly: false });
  const [isPaused, setPaused] = useState(false);
  const isLive = store.connection.value.status === 'live';
  const { shown, waiting, failure, clear } = useLogs(client, { isPaused, isLive });
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
      <LogLines lines={lines} search={filter.search} failure={failure} now={store.now.value} />
    </div>
  );
}

interface LogLinesProps {
  readonly lines: readonly NumberedLine[];
  readonly search: string;
  /** The reason why no lines come; empty: they do. */
  readonly failure: string;
  readonly now: number;
}

/** Stays at the newest line unless the person has scrolled up. */
function LogLines({ lines, search, failure, now }: LogLinesProps) {
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
      {lines.length === 0 && failure === '' && (
        <p class="empty">{search === '' ? 'Waiting for the next line …' : 'No line matches.'}</p>
      )}
      {lines.map((line) =>
        isGap(line) ? <Gap key={line.number} line={line} /> : <Line key={line.number} {...{ line, search, now }} />,
      )}
      {failure !== '' && <p class="fault">The device sends no lines: {failure}</p>}
    </div>
  );
}

function Gap({ line }: { readonly line: NumberedLine }) {
  return <p class="log-gap">{line.message}</p>;
}

interface LineProps extends Pick<LogLinesProps, 'search' | 'now'> {
  readonly line: NumberedLine;
}

function Line({ line, search, now }: LineProps) {
  const { timestamp, isStdErr, isSystem, serviceName, message } = line;
  return (
    <div class={`log-line ${isStdErr === true ? 'err' : ''}`}>
      <time>{timestamp === undefined ? '' : formatTime(timestamp, now)}</time>
      <span class="log-owner" style={{ '--hue': String(hueOf(ownerOf(line))) }}>
        {isSystem === true ? 'supervisor' : serviceName}
      </span>
      <span class="log-text">
        {splitAtMatches(message, search).map(({ text, isMatch }, index) =>
          isMatch ? <mark key={index}>{text}</mark> : text,
        )}
      </span>
    </div>
  );
}

/** A colour for each service, the same each time. */
function hueOf(name: string): number {
  return Array.from(name, (letter) => letter.codePointAt(0) ?? 0).reduce((sum, code) => (sum * 31 + code) % 360, 7);
}
