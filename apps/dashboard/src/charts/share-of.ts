/** Where a value lies between 0 and the highest one, as a part of 1. Also where all of them are 0, as of a service that rests. */
export function shareOf(value: number, highest: number): number {
  return highest === 0 ? 0 : value / highest;
}
