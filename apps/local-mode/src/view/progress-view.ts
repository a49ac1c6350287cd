import { colourOf, formatPhase, phaseLine } from './format-phase.ts';
import { detailOf, type Phase } from './phase.ts';
import { renderLine, type Screen } from '@device-supervisor/views';

/** Shows how services are getting on, until it is disposed of. */
export interface ProgressView extends Disposable {
  update(phases: ReadonlyMap<string, Phase>): void;
}

/** Milliseconds between two drawings. */
const FRAME = 100;
/** Percent of a download between two lines where nothing can be drawn in place. */
const REPORT_EVERY = 25;

/** On a terminal one line per service, drawn in place; elsewhere a line whenever a service has got on. */
export function createProgressView(screen: Screen): ProgressView {
  return screen.isLive ? liveView(screen) : plainView(screen);
}

function liveView(screen: Screen): ProgressView {
  let phases: ReadonlyMap<string, Phase> = new Map();
  let tick = 0;
  const draw = (): void => {
    const width = Math.max(0, ...[...phases.keys()].map((name) => name.length));
    screen.show(
      [...phases].map(([text, phase]) =>
        renderLine(phaseLine({ text, width }, phase, tick), screen.width, screen.paint),
      ),
    );
  };
  const timer = setInterval(() => {
    tick += 1;
    draw();
  }, FRAME);
  return {
    update(next) {
      phases = next;
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      screen.show([]);
    },
  };
}

function plainView(screen: Screen): ProgressView {
  const printed = new Map<string, string>();
  return {
    update(phases) {
      for (const [name, phase] of phases) {
        // Waiting for one's turn is no news; a build shows its own output.
        if (phase.kind === 'building' || (phase.kind === 'waiting' && detailOf(phase) === '')) continue;
        const text = formatPhase(withCoarseProgress(phase));
        if (printed.get(name) === text) continue;
        printed.set(name, text);
        // The summary says all of a long reason, once.
        screen.print(
          renderLine([{ text: `${name}: ` }, { text, format: colourOf(phase) }], screen.width, screen.paint),
        );
      }
    },
    [Symbol.dispose]: () => undefined,
  };
}

function withCoarseProgress(phase: Phase): Phase {
  if (phase.kind !== 'downloading' || phase.percent === null) return phase;
  return { kind: 'downloading', percent: Math.floor(phase.percent / REPORT_EVERY) * REPORT_EVERY };
}
