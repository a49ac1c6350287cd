import { describe, expect, it } from 'vitest';
import type { ObservedContainer } from '../engine/observe-containers.ts';
import { phaseLine } from './format-phase.ts';
import type { Phase } from './phase.ts';
import { createProgressView } from './progress-view.ts';
import { renderLine, type Screen } from '@device-supervisor/views';
import { serviceTable } from './service-table.ts';

const plain = (_: unknown, text: string): string => text;

function recorder(): Screen & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    paint: plain,
    isLive: false,
    width: 80,
    print: (text) => void lines.push(text),
    show: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
}

describe('createProgressView', () => {
  it('prints a line whenever a service has got on, and none for waiting alone', () => {
    const screen = recorder();
    using view = createProgressView(screen);
    const steps: Phase[] = [
      { kind: 'waiting', reason: null },
      { kind: 'downloading', percent: 3 },
      { kind: 'downloading', percent: 24 },
      { kind: 'downloading', percent: 25 },
      { kind: 'starting' },
      { kind: 'starting' },
      { kind: 'failed', reason: 'line one\n  line two' },
    ];
    for (const phase of steps) view.update(new Map([['web', phase]]));
    expect(screen.lines).toEqual([
      'web: downloading (0 %)',
      'web: downloading (25 %)',
      'web: starting',
      'web: failed (line one line two)',
    ]);
  });

  it('cuts a long reason, which the summary says', () => {
    const screen = recorder();
    using view = createProgressView(screen);
    view.update(new Map([['web', { kind: 'failed', reason: `\u0007${'x'.repeat(200)}` }]]));
    expect(screen.lines).toEqual([`web: failed (${'x'.repeat(screen.width - 'web: failed (…'.length)}…`]);
  });
});

describe('phaseLine', () => {
  it('fits into the width', () => {
    const spans = phaseLine({ text: 'web', width: 5 }, { kind: 'failed', reason: 'a long reason that goes on' }, 0);
    expect(renderLine(spans, 80, plain)).toBe('  ✖ web    failed           a long reason that goes on');
    expect(renderLine(spans, 36, plain)).toBe('  ✖ web    failed           a long …');
  });

  it('draws a bar for a download', () => {
    const spans = phaseLine({ text: 'web', width: 3 }, { kind: 'downloading', percent: 42 }, 0);
    expect(renderLine(spans, 80, plain)).toBe('  ⠋ web  downloading      ████████░░░░░░░░░░░░ 42 %');
  });
});

describe('serviceTable', () => {
  it('shows addresses to click on, and what is wrong below', () => {
    const container: ObservedContainer = {
      service: 'web',
      id: '0123456789abcdef',
      state: 'running',
      steady: true,
      lasting: true,
      exitCode: null,
      health: 'none',
      ports: [
        { address: '', port: 8080, containerPort: 80, protocol: 'tcp' },
        { address: '192.0.2.1', port: 81, containerPort: 81, protocol: 'tcp' },
        { address: '', port: 53, containerPort: 5353, protocol: 'udp' },
      ],
    };
    const phases = new Map<string, Phase>([
      ['web', { kind: 'running' }],
      ['database', { kind: 'failed', reason: 'no image' }],
    ]);
    expect(serviceTable(phases, new Map([['web', container]]), plain)).toEqual([
      'SERVICE   STATUS   ADDRESS                                                  CONTAINER',
      'web       running  http://localhost:8080, http://192.0.2.1:81, 53→5353/udp  0123456789ab',
      'database  failed',
      'database: no image',
    ]);
  });
});
