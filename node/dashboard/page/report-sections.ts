/** What a report may have. */
export const REPORT_SECTIONS = [
  'health',
  'rounds',
  'model',
  'privacy',
  'parameters',
  'decisions',
  'proposals',
] as const;
export type ReportSection = (typeof REPORT_SECTIONS)[number];
