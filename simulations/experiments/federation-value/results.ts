import { hash } from 'node:crypto';
import { PEG_HORIZONS, type PegHorizon } from '../../../node/features/index.ts';
import { PRIVATE_RECIPES, RECIPES, RISK_RECIPE } from './recipes.ts';

/** What one cell found, and what it was run with. */
export type Result = {
  readonly name: string;
  /** Digest of what a horizon's figures follow from, beside the code. */
  readonly settings: string;
  /** Of noise, of who lies, of generated markets; a cell without them says the same of any number. */
  readonly seeds: number;
  readonly figures: unknown;
};

/** By the names of their cells. */
export type Results = Map<string, Result>;

/** C of a record at each horizon, by the public rule. */
export type RecordNorms = Readonly<Record<PegHorizon, number>>;

const NORMS = 'record norms';
const DIGITS = 6;

/** @param text a result a line. */
export function parseResults(text: string): Results {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const result = JSON.parse(line) as Result;
      return [result.name, result] as const;
    }),
  );
}

/** A result a line, in the order of `names`; what is not among them is dropped. */
export function resultsText(results: Results, names: readonly string[]): string {
  return [NORMS, ...names]
    .flatMap((name) => results.get(name) ?? [])
    .map((result) => `${JSON.stringify(result)}\n`)
    .join('');
}

/** Figures as they are kept: tables are made of these, so that they are the same from the file as from the run. */
export function resultOf(name: string, norms: RecordNorms, seeds: number, figures: unknown): Result {
  const kept = JSON.stringify(figures, (_, value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value,
  );
  return { name, settings: settingsOf(name, norms), seeds, figures: JSON.parse(kept) };
}

export function withNorms(results: Results, norms: RecordNorms): Results {
  return new Map([[NORMS, { name: NORMS, settings: '', seeds: 0, figures: norms }], ...results]);
}

/** The norms that the results were made with; undefined in an empty file. */
export function normsOf(results: Results): RecordNorms | undefined {
  return results.get(NORMS)?.figures as RecordNorms | undefined;
}

/** Figures of results whose settings are still these. */
export function currentFigures(results: Results, norms: RecordNorms): Map<string, unknown> {
  return new Map(
    [...results.values()]
      .filter(({ name, settings }) => settings === settingsOf(name, norms))
      .map(({ name, figures }) => [name, figures]),
  );
}

/** Cells of the risk head; their settings have nothing of the peg's. */
const RISK_CELLS = 'risk/';

function settingsOf(name: string, norms: RecordNorms): string {
  if (name.startsWith(RISK_CELLS)) return digestOf([RISK_RECIPE]);
  const horizon = PEG_HORIZONS.find((hours) => name.endsWith(`/${hours}`)) ?? 24;
  const settings = [RECIPES[horizon], PRIVATE_RECIPES[horizon], norms[horizon].toPrecision(DIGITS)];
  return digestOf(settings);
}

function digestOf(settings: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(settings)).slice(0, 16);
}
