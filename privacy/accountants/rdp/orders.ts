import { BallastError } from '../../../protocol/errors.ts';

/** The default orders of Opacus: 1.1 to 10.9 in tenths, then 12 to 63. */
export const OPACUS_ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 52 }, (_, i) => 12 + i),
];

/**
 * Those of Opacus, and more at both ends: low orders for a large ε, high ones for a small one, and infinity, which is
 * pure differential privacy. An order more never makes an answer worse.
 */
export const DEFAULT_ORDERS: readonly number[] = [
  ...[1.005, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09],
  ...OPACUS_ORDERS,
  11,
  ...[64, 72, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 768, 1024, 1536, 2048, 4096],
  Number.POSITIVE_INFINITY,
].sort((a, b) => a - b);

const MAX_ORDERS = 200_000;

/** @throws BallastError `PRIVACY_PARAMETER` unless there are 1 to 200,000 orders, each more than 1. */
export function checkedOrders(orders: readonly number[]): readonly number[] {
  const wrong = orders.find((order) => !(order > 1));
  if (wrong !== undefined || orders.length === 0 || orders.length > MAX_ORDERS) {
    const got = wrong === undefined ? `${orders.length} orders` : `${wrong}`;
    throw new BallastError(
      'PRIVACY_PARAMETER',
      `orders: got ${got}, expected 1 to ${MAX_ORDERS} numbers above 1`,
      {
        metadata: { count: orders.length, ...(wrong === undefined ? {} : { order: wrong }) },
      },
    );
  }
  return [...orders];
}
