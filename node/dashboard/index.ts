import { readFile } from 'node:fs/promises';
import type { PageFile } from '../api/index.ts';

const FILES = [
  { path: '/dashboard', file: 'page/index.html', type: 'text/html' },
  { path: '/dashboard/style.css', file: 'page/style.css', type: 'text/css' },
  { path: '/dashboard/dashboard.js', file: 'generated/dashboard.js', type: 'text/javascript' },
] as const;

/** The dashboard's files, as they lie beside this module in a checkout and in the package alike. */
export function dashboardFiles(): Promise<readonly PageFile[]> {
  return Promise.all(
    FILES.map(async ({ path, file, type }) => ({
      path,
      type,
      body: await readFile(new URL(`./${file}`, import.meta.url)),
    })),
  );
}
