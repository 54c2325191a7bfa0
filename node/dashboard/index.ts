import { readFile } from 'node:fs/promises';
import type { PageFile } from '../api/index.ts';

const FILES = [
  { path: '/dashboard', file: 'page/index.html', type: 'text/html' },
  { path: '/dashboard/style.css', file: 'generated/style.css', type: 'text/css' },
  { path: '/dashboard/dashboard.js', file: 'generated/dashboard.js', type: 'text/javascript' },
] as const;

const UNBUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Ballast node</title>
<p>This checkout has no dashboard yet: <code>npm run dashboard</code> makes it, and so do <code>npm start</code> and <code>npm run build</code>. Restart the node then.</p></html>
`;

/**
 * The dashboard's files. The package has them; in a checkout they are made from the sources, and where nobody has done
 * so yet a page says how.
 *
 * @param folder of this module, unless given.
 */
export async function dashboardFiles(folder = new URL('./', import.meta.url)): Promise<readonly PageFile[]> {
  try {
    return await Promise.all(
      FILES.map(async ({ path, file, type }) => ({
        path,
        type,
        body: await readFile(new URL(file, folder)),
      })),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [{ path: '/dashboard', type: 'text/html', body: Buffer.from(UNBUILT) }];
  }
}
