export { OtlpExporter } from './exporter.ts';
export { RoundSpans } from './round-spans.ts';
