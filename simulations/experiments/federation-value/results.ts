import { hash } from 'node:crypto';

/** Tells figures of other settings apart. */
export function hashJson(value: unknown): string {
  return hash('sha256', JSON.stringify(value)).slice(0, 16);
}
