/** The little of a browser that the page uses; the project's types are those of Node.js. */

export type PageElement = {
  innerHTML: string;
  textContent: string | null;
  hidden: boolean;
  value: string;
  open: boolean;
  addEventListener(kind: string, heard: (event: { preventDefault(): void }) => void): void;
};

type Stream = {
  addEventListener(kind: string, heard: (event: { readonly data: string }) => void): void;
};

type Browser = {
  readonly document: { getElementById(id: string): PageElement | null };
  readonly sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
  readonly EventSource: new (url: string) => Stream;
};

export const { document, sessionStorage, EventSource } = globalThis as unknown as Browser;

/** @throws Error for an id that the page does not have. */
export function element(id: string): PageElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`page: no element ${id}`);
  return found;
}
