import type { ConnectionNews } from '@device-supervisor/api-client';
import { formatError } from '@device-supervisor/errors';
import { plainText } from '../format-table.ts';
import type { DeviceContext } from './context.ts';

/** A stream that is silent may be one that is lost: a note for people goes to standard error. */
export function reportConnection({
  notes,
  json,
  screen,
}: Pick<DeviceContext, 'notes' | 'json' | 'screen'>): (news: ConnectionNews) => void {
  let isLost = false;
  return (news) => {
    if (json) return;
    if (!news.connected) {
      const text = news.error === null ? 'The stream ended' : plainText(formatError(news.error));
      if (!isLost) notes.write(`${screen.paint('yellow', `${text}; connecting again …`)}\n`);
    } else if (isLost) notes.write(`${screen.paint('green', 'Connected again')}\n`);
    isLost = !news.connected;
  };
}
