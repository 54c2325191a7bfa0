export { examine } from './doctor.ts';
export { type Finding, problem } from './finding.ts';
export { checkVersions } from './versions.ts';
