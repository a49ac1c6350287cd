/** A name as docker compose takes it: lower-case letters, digits, `-` and `_`, beginning with a letter or digit. */
export function nameOfProject(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
  return name === '' ? 'default' : name;
}
