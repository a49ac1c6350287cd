/**
 * Source of a CommonJS module that stands in for one that is left out of the bundle: loading it and reading its exports
 * succeeds, calling or constructing one of them throws.
 */
export function absentModule(name: string): string {
  return `
const fail = () => { throw new Error(${JSON.stringify(`the module ${name} is not part of this bundle`)}); };
const absent = new Proxy(function absent() {}, {
  get: (target, key) => (typeof key === 'symbol' || key === 'prototype' || key === '__esModule' ? target[key] : absent),
  apply: fail,
  construct: fail,
});
module.exports = absent;
`;
}
