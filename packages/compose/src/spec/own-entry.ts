/** The entry that a map of user-chosen names has under a name; never what every object inherits, such as `constructor`. */
export function ownEntry<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}
