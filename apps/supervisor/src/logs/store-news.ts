/** The store's messages, from its opening on: printed at once, and sent to all readers of logs. */
export interface StoreNews {
  tell(message: string): void;
  /** Passes on the messages so far, and all that follow. */
  passOn(reader: (message: string) => void): void;
}

/** Messages that wait for a reader; a start tells a few. */
const MOST_WAITING = 20;

export function createStoreNews(print: (message: string) => void): StoreNews {
  const waiting: string[] = [];
  let read: ((message: string) => void) | null = null;
  return {
    tell(message) {
      print(message);
      if (read !== null) read(message);
      else if (waiting.length < MOST_WAITING) waiting.push(message);
    },
    passOn(reader) {
      read = reader;
      for (const message of waiting.splice(0)) reader(message);
    },
  };
}
