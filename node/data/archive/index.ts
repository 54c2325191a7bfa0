export { type FetchOptions, type FetchProgress, type FetchReport, fetchHistory } from './fetch.ts';
export { type ArchiveFormat, archiveName } from './layout.ts';
export { readSegments, type Segment, segmentsPath } from './segments.ts';
export { type ListedFile, listFolder, versionOfSource } from './version.ts';
