import { type Finding, ok, problem } from './finding.ts';

/**
 * @param node such as `24.21.0`.
 * @param engines what the package asks for, such as `>=24`.
 */
export function checkVersions(release: string, node: string, engines: string): readonly Finding[] {
  const [, least = ''] = /^>=(\d+)/.exec(engines) ?? [];
  const versions = `ballast ${release}, Node.js ${node}`;
  if (Number.parseInt(node, 10) >= Number(least)) return [ok('versions', versions)];
  return [problem('versions', `${versions}, expected Node.js ${least} or newer`, 'https://nodejs.org')];
}
