import type { PrivacyRelation } from '../events.ts';
import { requireOneOf } from '../parameters.ts';
import type { Accountant, AccountantName } from './accountant.ts';
import { createGaussianAccountant } from './gaussian-accountant.ts';
import { createPldAccountant, type PldOptions } from './pld/index.ts';
import { createRdpAccountant } from './rdp/rdp-accountant.ts';

/** The exact one of plain Gaussians, the one of most events, and the tightest where sampling is charged. */
export const accountantNames: readonly AccountantName[] = ['gaussian', 'rdp', 'pld'];

/** What an accountant may be told; those of another are not looked at. */
export type AccountantOptions = PldOptions & {
  /** Of the RDP accountant: its orders, each above 1. */
  readonly orders?: readonly number[];
};

/**
 * An accountant by its name, with nothing charged yet.
 *
 * @throws BallastError `PRIVACY_PARAMETER` for an unknown name, or for the options.
 */
export function createAccountant(
  name: AccountantName,
  relation: PrivacyRelation,
  options: AccountantOptions = {},
): Accountant {
  switch (requireOneOf('accountant', name, accountantNames)) {
    case 'gaussian':
      return createGaussianAccountant(relation);
    case 'rdp':
      return createRdpAccountant(relation, options);
    case 'pld':
      return createPldAccountant(relation, options);
  }
}
