import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { AccountantName } from '../accountants/accountant.ts';
import { createAccountant } from '../accountants/create.ts';
import { gaussianEpsilon } from '../accountants/gaussian-curve.ts';
import { calibrateNoise } from '../calibration.ts';
import type { PrivacyRelation } from '../events.ts';
import type { PrivacyEvent } from '../privacy-event.ts';

/** A published case, as it was written down: which of the fields there are depends on the kind. */
export type VectorCase = {
  readonly id: string;
  readonly kind: string;
  readonly expect: number | 'inf' | string | readonly (number | string)[];
  readonly expect_after_2024_04?: number;
  readonly sigma?: number;
  readonly sensitivity?: number;
  readonly q?: number | null;
  readonly steps?: number;
  readonly queries?: number;
  readonly epochs?: number;
  readonly n?: number;
  readonly batch?: number;
  readonly b?: number;
  readonly microbatching?: boolean;
  readonly delta?: number;
  readonly total_delta?: number;
  readonly epsilon?: number | readonly number[];
  readonly rdp?: number;
  readonly orders?: string | readonly (number | 'inf')[];
  readonly optimal_order?: number;
  readonly relation?: string;
};

/** The default orders of dp-accounting, and those of TF-Privacy's older command. */
export const DP_ACCOUNTING_ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  ...[128, 256, 512, 1024],
];
export const TF_PRIVACY_ORDERS: readonly number[] = [
  ...[1.25, 1.5, 1.75, 2, 2.25, 2.5, 3, 3.5, 4, 4.5],
  ...Array.from({ length: 59 }, (_, i) => 5 + i),
  ...[128, 256, 512],
];

/** The contents of a file that may lie beside the checkout, or undefined where there is none. */
export function sharedVectors(name: string): unknown {
  const file = new URL(`../../../shared/vectors/${name}`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

export const gaussian = (noiseMultiplier: number): PrivacyEvent => ({ kind: 'gaussian', noiseMultiplier });
export const laplace = (noiseMultiplier: number): PrivacyEvent => ({ kind: 'laplace', noiseMultiplier });

/** Poisson sampling, left out where the rate is 1. */
export function sampled(rate: number, event: PrivacyEvent): PrivacyEvent {
  return rate === 1 ? event : { kind: 'poisson-sampled', rate, event };
}

export function charged(
  name: AccountantName,
  event: PrivacyEvent,
  times = 1,
  relation: PrivacyRelation = 'add-remove',
) {
  const accountant = createAccountant(name, relation);
  accountant.compose(event, times);
  return accountant;
}

/** The least noise multiplier for the target, to a relative 1e-4. */
export function noiseFor(
  name: AccountantName,
  target: { readonly epsilon: number; readonly delta: number; readonly times: number },
  event: (noiseMultiplier: number) => PrivacyEvent,
): number {
  const { epsilon, delta, times } = target;
  return calibrateNoise({
    event: (noiseMultiplier) => ({ kind: 'repeated', times, event: event(noiseMultiplier) }),
    accountant: () => createAccountant(name, 'add-remove'),
    epsilon,
    delta,
  });
}

/** ε by the central limit theorem of Gaussian DP (Bu et al. 2020). No bound: it is below the truth. */
export function limitEpsilon(sigma: number, rate: number, steps: number, delta: number): number {
  return gaussianEpsilon(delta, rate * Math.sqrt(steps * Math.expm1(sigma ** -2)));
}

export function expectWithin(value: number, expected: number, relative: number, what = ''): void {
  expect(Math.abs(value / expected - 1), `${what} got ${value}, expected ${expected}`).to.be.at.most(
    relative,
  );
}

/** A field of a case that its kind must have. */
export function needed(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new Error(`the case has no number ${name}`);
  return value;
}
