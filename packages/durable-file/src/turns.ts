/** Runs tasks one after the other, as the changes of one file must be. One that fails does not hold up the next. */
export function createTurns(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = Promise.allSettled([result]);
    return result;
  };
}
