import { describe, expect, it } from 'vitest';
import {
  createRedactor,
  describeError,
  errorCodeOf,
  formatError,
  hasErrorCode,
  REDACTED,
  SupervisorError,
} from './index.ts';

class PortInUseError extends SupervisorError<'PORT_IN_USE', { port: number }> {
  constructor(port: number, cause?: unknown) {
    super('PORT_IN_USE', `port ${port} is in use`, {
      details: { port },
      hint: 'Choose another port',
      cause,
    });
  }
}

describe('SupervisorError', () => {
  it('carries its code, details, hint and cause, and is named after its class', () => {
    const cause = new Error('bind: EADDRINUSE');
    const error = new PortInUseError(80, cause);
    expect(error).toMatchObject({
      name: 'PortInUseError',
      code: 'PORT_IN_USE',
      details: { port: 80 },
      hint: 'Choose another port',
      cause,
    });
  });
});

describe('describeError', () => {
  it('joins the messages of all causes and keeps the outermost code', () => {
    expect(describeError(new PortInUseError(80, new Error('bind: EADDRINUSE')))).toEqual({
      code: 'PORT_IN_USE',
      message: 'port 80 is in use: bind: EADDRINUSE',
      hint: 'Choose another port',
    });
  });

  it('takes the code of a system error', () => {
    expect(describeError(Object.assign(new Error('no such file'), { code: 'ENOENT' }))).toEqual({
      code: 'ENOENT',
      message: 'no such file',
    });
  });

  it('does not repeat a cause that the outer message already quotes', () => {
    expect(describeError(new Error('pull failed: no space', { cause: new Error('no space') })).message).toBe(
      'pull failed: no space',
    );
  });

  it.each([
    ['a string', 'boom', 'boom'],
    ['nothing', undefined, 'unknown failure'],
    ['an aggregate', new AggregateError([new Error('a'), new Error('b')]), 'a; b'],
  ])('describes %s', (_, thrown, message) => {
    expect(describeError(thrown)).toEqual({ code: 'UNEXPECTED', message });
  });

  it('ends on a cycle of causes', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(describeError(error).message).toBe('loop');
  });
});

describe('formatError', () => {
  it('ends with the hint', () => {
    expect(formatError(new PortInUseError(80))).toBe('port 80 is in use. Choose another port');
  });
});

describe('hasErrorCode', () => {
  it('compares the code of an error', () => {
    const error = Object.assign(new Error('gone'), { code: 'ENOENT' });
    expect(errorCodeOf(error)).toBe('ENOENT');
    expect([hasErrorCode(error, 'EACCES', 'ENOENT'), hasErrorCode(error, 'EACCES')]).toEqual([true, false]);
  });

  it.each([[new Error('plain')], [{ code: 'ENOENT' }], [Object.assign(new Error('number'), { code: 7 })], [undefined]])(
    'finds none in %j',
    (thrown) => {
      expect([errorCodeOf(thrown), hasErrorCode(thrown, 'ENOENT')]).toEqual([null, false]);
    },
  );
});

describe('createRedactor', () => {
  it('replaces a secret wherever it stands, also URL-encoded', () => {
    const redact = createRedactor(['pass/word&1']);
    expect(redact('a=pass/word&1 b=pass%2Fword%261')).toBe(`a=${REDACTED} b=${REDACTED}`);
  });

  it('replaces the longer of two overlapping secrets whole', () => {
    expect(createRedactor(['secret', 'secret-longer'])('x secret-longer y')).toBe(`x ${REDACTED} y`);
  });

  it('replaces a secret as it stands in JSON', () => {
    const redact = createRedactor(['a "quoted"\nsecret']);
    expect(redact(JSON.stringify({ password: 'a "quoted"\nsecret' }))).toBe(`{"password":"${REDACTED}"}`);
  });

  it('replaces secrets that overlap as one, and each of those that follow one another', () => {
    const redact = createRedactor(['abcdef', 'efghijkl', '\ud800-alone']);
    expect(redact('abcdefghijkl')).toBe(REDACTED);
    expect(redact('abcdefabcdef.')).toBe(`${REDACTED}${REDACTED}.`);
    expect(redact('\ud800-alone')).toBe(REDACTED);
  });

  it('leaves values alone that are too short to tell from ordinary text', () => {
    expect(createRedactor(['on'])('connection')).toBe('connection');
  });
});
