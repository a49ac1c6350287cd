/** The data that a request of {@link ApiClient.http} returns; rejects if it failed. */
export async function dataOf<T>(
  answer: Promise<{ readonly data?: T | undefined; readonly response: Response }>,
): Promise<T> {
  const { data, response } = await answer;
  if (data === undefined) throw new TypeError(`${new URL(response.url).pathname} answered without content`);
  return data;
}
