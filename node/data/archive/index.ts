export { type FetchOptions, fetchHistory } from './fetch.ts';

export { readSegments, segmentsPath } from './segments.ts';
export { type ListedFile, listFolder, versionOfSource } from './version.ts';
