/** Milliseconds between two lines where stderr is not a terminal. */
const LINE_EVERY = 15_000;
const TICK_EVERY = 1_000;

/**
 * Shows on stderr that a step runs, and for how long: in place on a terminal, as a line now and then elsewhere.
 *
 * @param {string} title
 * @returns {{ end: (word: string) => void }}
 */
export function showProgress(title) {
  const { stderr } = process;
  const started = Date.now();
  const line = () => `device-supervisor: ${title} … ${Math.round((Date.now() - started) / 1000)} s`;
  stderr.write(stderr.isTTY ? line() : `device-supervisor: ${title} …\n`);
  const timer = setInterval(
    () => stderr.write(stderr.isTTY ? `\r${line()}` : `${line()}\n`),
    stderr.isTTY ? TICK_EVERY : LINE_EVERY,
  );
  return {
    end: (word) => {
      clearInterval(timer);
      stderr.write(`${stderr.isTTY ? '\r' : ''}${line()}, ${word}\n`);
    },
  };
}
