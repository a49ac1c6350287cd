// Draws the diagrams of a page. The program for it is large, so pages without one do not load it.

/** @typedef {{ initialize(options: object): void, run(options: object): Promise<void> }} Mermaid */

const { documentElement: page } = document;
const blocks = document.querySelectorAll('pre > code.mermaid');
if (blocks.length > 0) {
  const script = document.createElement('script');
  script.src = `${page.dataset['base'] ?? ''}assets/mermaid.js`;
  script.addEventListener('load', draw);
  document.head.append(script);
}

function draw() {
  const { mermaid } = /** @type {{ mermaid: Mermaid }} */ (/** @type {unknown} */ (globalThis));
  const theme = page.dataset['theme'];
  const isDark = theme === 'dark' || (theme === 'os' && matchMedia('(prefers-color-scheme: dark)').matches);
  mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'default' });
  for (const block of blocks) {
    const diagram = document.createElement('div');
    diagram.className = 'diagram';
    diagram.textContent = block.textContent;
    block.parentElement?.replaceWith(diagram);
  }
  void mermaid.run({ querySelector: '.diagram' });
}
