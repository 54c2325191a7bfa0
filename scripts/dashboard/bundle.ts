import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const pathOf = (file: string) => fileURLToPath(new URL(`../../node/dashboard/${file}`, import.meta.url));

/** The committed file; a test compares it with what {@link bundleDashboard} makes. */
export const DASHBOARD_SCRIPT = pathOf('generated/dashboard.js');

/** The dashboard's script as one module for a browser. @throws Error with the bundler's words. */
export async function bundleDashboard(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [pathOf('page/main.ts')],
    absWorkingDir: pathOf('.'),
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    banner: { js: '// Generated from node/dashboard/page/main.ts by npm run dashboard; do not edit.' },
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
