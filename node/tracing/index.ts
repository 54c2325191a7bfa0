export { OtlpExporter, type OtlpExporterOptions } from './exporter.ts';
export { RoundSpans, type RoundSpansOptions } from './round-spans.ts';
