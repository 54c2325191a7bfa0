/**
 * `npm run package:check -- [--out <folder>]`: is the package fit to publish? Builds and packs it, has publint read it,
 * has knip look for files, exports and dependencies that nobody uses, refuses licences that are not permissive, and
 * writes what the package is made of: `licences.txt` and `sbom.cdx.json` (CycloneDX).
 *
 * Exit code 1 where any of them finds something; what was found stands above.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installedPackages } from './package/installed.ts';
import { ALLOWED, countLicences, refusedLicences } from './package/licences.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

type Outcome = { readonly ok: boolean; readonly says: string };

/** Runs a program at the root; what it printed is shown where it fails. */
function run(program: string, args: readonly string[]): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (status !== 0) process.stdout.write(`${stdout ?? ''}${stderr ?? ''}`);
  return { ok: status === 0, output: stdout ?? '' };
}

const tool = (path: string, ...args: string[]) =>
  run(process.execPath, [join(ROOT, 'node_modules', path), ...args]);

function checkPackage(out: string): Outcome {
  const packed = run('npm', ['pack', '--json', '--silent', '--pack-destination', out]);
  if (!packed.ok) return { ok: false, says: 'npm pack failed' };
  // Before the answer stands what the build prints.
  const json = packed.output.slice(packed.output.indexOf('[\n'));
  const [made] = JSON.parse(json) as {
    filename: string;
    size: number;
    unpackedSize: number;
    files: unknown[];
  }[];
  if (made === undefined) return { ok: false, says: 'npm pack made nothing' };
  const { ok } = tool('publint/src/cli.js', join(out, made.filename), '--strict');
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const size = `${made.files.length} files, ${megabytes(made.size)} MB packed, ${megabytes(made.unpackedSize)} MB unpacked`;
  return { ok, says: `${made.filename}: ${size}; publint ${ok ? 'finds nothing' : 'finds the above'}` };
}

function checkUse(): Outcome {
  const whole = tool('knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors');
  const include = 'files,dependencies,unlisted,unresolved';
  const published = tool('knip/bin/knip.js', '--no-progress', '--production', '--include', include);
  const ok = whole.ok && published.ok;
  return { ok, says: ok ? 'knip finds nothing that nobody uses' : 'knip finds the above' };
}

function checkLicences(out: string): Outcome {
  const all = installedPackages(ROOT);
  const published = installedPackages(ROOT, { published: true });
  const refused = refusedLicences(all, ALLOWED);
  for (const { name, version, licence = 'no licence' } of refused)
    console.log(`${name}@${version}: ${licence}`);
  const lines = published.map(({ name, version, licence }) => `${name}@${version} ${licence}`).sort();
  writeFileSync(join(out, 'licences.txt'), `${lines.join('\n')}\n`);
  const counts = countLicences(published).map(([licence, count]) => `${count} ${licence}`);
  return {
    ok: refused.length === 0,
    says: `licences of ${published.length} packages at run time: ${counts.join(', ')}; of ${all.length} in all ${refused.length} are neither permissive nor allowed`,
  };
}

function writeSbom(out: string): Outcome {
  const made = run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only']);
  if (!made.ok) return { ok: false, says: 'npm sbom failed' };
  const { components } = JSON.parse(made.output) as { components: unknown[] };
  writeFileSync(join(out, 'sbom.cdx.json'), made.output);
  return { ok: components.length > 0, says: `sbom.cdx.json: ${components.length} components` };
}

function main(): number {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist-check' } } });
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  let failed = 0;
  for (const check of [() => checkPackage(out), checkUse, () => checkLicences(out), () => writeSbom(out)]) {
    const { ok, says } = check();
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${says}`);
    if (!ok) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = main();
