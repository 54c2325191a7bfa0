export { examine } from './doctor.ts';
export { type Finding, problem } from './finding.ts';
export { checkReleases, type RunningNode } from './releases.ts';
export { checkVersions } from './versions.ts';
