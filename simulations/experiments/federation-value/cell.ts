/** One piece of the study: it is run by itself, and its figures are kept under its name. */
export type Cell = { readonly name: string; readonly run: (seeds: number) => unknown | Promise<unknown> };

export function cell(name: string, run: Cell['run']): Cell {
  return { name, run };
}

/** The events of the insurance cases, each unseen by all. */
export const INSURED = ['terra', 'celsius', 'ftx'] as const;

export const EVENT_NAMES: Readonly<Record<(typeof INSURED)[number], string>> = {
  terra: 'Terra',
  celsius: 'Celsius',
  ftx: 'FTX',
};
