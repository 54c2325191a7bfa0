import { schemaColumn } from '../library/inputs.ts';
import { FEATURE_LIBRARY } from '../library/registry.ts';
import type { Scaling } from '../library/scaling.ts';
import type { SchemaColumn } from '../library/schema.ts';

const COLUMNS = FEATURE_LIBRARY.flatMap(({ columns }) => columns);

/** A column of the library in a canonical vector; where it is missing the model reads 0, "nothing unusual". */
export function of(name: string, scaling: Scaling): SchemaColumn {
  return schemaColumn(COLUMNS, name, scaling);
}

/** A number that the library does not compute: what a model or a contract says. */
export function given(name: string, scaling: Scaling = SCALE_FREE): SchemaColumn {
  return { name, unit: 'one', fill: 0, scaling };
}

export const SCALE_FREE: Scaling = { kind: 'scale-free' };

export function standard(centre: number, spread: number): Scaling {
  return { kind: 'standard', centre, spread };
}

/** For what has heavy tails on both sides of zero. */
export function arcsinh(spread: number): Scaling {
  return { kind: 'arcsinh', centre: 0, spread };
}

/** For what is above zero and has a heavy tail. */
export function logStandard(floor: number, centre: number, spread: number): Scaling {
  return { kind: 'log-standard', floor, centre, spread };
}

export function minMax(low: number, high: number): Scaling {
  return { kind: 'min-max', low, high };
}

export function logMinMax(low: number, high: number): Scaling {
  return { kind: 'log-min-max', low, high };
}
