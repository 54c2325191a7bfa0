import type { Answer } from '../answers.ts';

const TOKEN = 'ballast-token';

/** Headers of every question; the token is kept until the tab is closed. */
export function headers(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** What the window hears when there is another token. */
export const TOKEN_KEPT = 'ballast-token-kept';

export function keepToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
  dispatchEvent(new Event(TOKEN_KEPT));
}

/** Statuses of `/readyz` that have a body of the same form. */
const READABLE = new Set([200, 206]);

/**
 * What the node answers to a question; an answer that is no success says why.
 *
 * @param post sent as JSON in place of a GET.
 * @throws TypeError where the node does not answer at all.
 */
export async function ask<Body>(path: string, post?: unknown): Promise<Answer<Body>> {
  const init: RequestInit = post === undefined ? {} : { method: 'POST', body: JSON.stringify(post) };
  const response = await fetch(path, {
    ...init,
    headers: {
      ...headers(),
      accept: 'application/json',
      ...(post === undefined ? {} : { 'content-type': 'application/json' }),
    },
  });
  const { status } = response;
  const body: unknown = await response.json();
  // A node that starts says so with 503, in the body that it has later.
  if (READABLE.has(status) || path === '/readyz') return { state: 'here', body: body as Body };
  const { error } = body as { readonly error?: { readonly message?: string; readonly hint?: string } };
  const message = [error?.message, error?.hint].filter((part) => part !== undefined).join('; ');
  return { state: 'absent', status, message };
}

/** Text as it is; undefined where it is refused. */
export async function askText(path: string): Promise<string | undefined> {
  const response = await fetch(path, { headers: headers() });
  return response.ok ? await response.text() : undefined;
}
