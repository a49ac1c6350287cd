import { EXIT, show } from '@device-supervisor/views/command-line';
import { openPage } from '../cli/open-page.ts';
import { NoBrowserError } from '../errors.ts';
import type { Context } from './context.ts';

/** Opens the page of the device in a browser. @returns exit code @throws NoBrowserError */
export async function open(context: Context): Promise<number> {
  const { place, target } = context;
  const page = `${target.shownAddress}/`;
  if (!(await openPage(page, place.environment))) throw new NoBrowserError(page);
  show(context, { page }, () => [page]);
  return EXIT.done;
}
