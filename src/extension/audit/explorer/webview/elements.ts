/** Elements of the page. Text only ever goes in as text: what agents wrote stays what it is. */

/** An element that the page is known to have. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${id}.`);
  return found;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  content: string | readonly Node[],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (typeof content === 'string') made.textContent = content;
  else made.append(...content);
  return made;
}

/** A table's body, made anew. */
export function fillBody(table: HTMLTableElement, rows: readonly (readonly HTMLTableCellElement[])[]): void {
  const body = table.tBodies[0] ?? table.createTBody();
  body.replaceChildren(...rows.map((cells) => element('tr', '', cells)));
}

export function cell(className: string, content: string | readonly Node[]): HTMLTableCellElement {
  return element('td', className, content);
}
