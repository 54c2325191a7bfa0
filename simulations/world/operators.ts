import { privateKeyToAccount } from 'viem/accounts';
import { isSignedBy, signRoundDecision } from '../../contracts/client/signatures.ts';
import { roundDecisionDigest } from '../../contracts/client/typed-data.ts';
import { lowerCaseAddress } from '../../contracts/client/words.ts';
import type { RoundDecision } from '../../coordinator/entry.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import { digestOf, toHex } from '../../protocol/digest.ts';
import type { Operator } from './world.ts';

/** The ModelRegistry that simulated decisions are signed for. */
const DOMAIN = { chainId: 31_337, contract: '0x5fbdb2315678afecb367f032d93f642f64180aa3' };

const operators = new Map<number, Operator>();
/** Every node of a world checks every signature; one check for all of them is enough. */
const checks = new BoundedCache<Promise<boolean>>(1 << 16);
/** The same for bytes that are shared, which are never changed: most of a large world's. */
const checksOfBytes = new WeakMap<Uint8Array, Check>();

type Check = { readonly digest: string; readonly signer: string; readonly check: Promise<boolean> };
const digests = new WeakMap<RoundDecision, string>();

/**
 * The operator of node `index`: its key is fixed, and it signs and verifies decisions as on-chain, by EIP-712
 * over secp256k1.
 */
export function operatorFor(index: number): Operator {
  const known = operators.get(index) ?? createOperator(index);
  operators.set(index, known);
  return known;
}

function createOperator(index: number): Operator {
  const account = privateKeyToAccount(`0x${digestOf('ballast/simulation/operator', { index })}`);
  return {
    address: lowerCaseAddress(account.address),
    scheme: {
      sign: (decision) => signRoundDecision(account, DOMAIN, decision),
      verify: (decision, signer, signature) => {
        const digest = digestFor(decision);
        const last = checksOfBytes.get(signature);
        if (last?.digest === digest && last.signer === signer) return last.check;
        const key = `${digest}/${signer}/${toHex(signature)}`;
        const check = checks.get(key) ?? isSignedBy(digest, signature, signer);
        checks.set(key, check, 1);
        checksOfBytes.set(signature, { digest, signer, check });
        return check;
      },
    },
  };
}

function digestFor(decision: RoundDecision): string {
  const known = digests.get(decision) ?? roundDecisionDigest(DOMAIN, decision);
  digests.set(decision, known);
  return known;
}

/** Loads what verification loads on first use: a promise that waits for the disk would bend virtual time. */
export async function warmOperators(): Promise<void> {
  const { address, scheme } = operatorFor(0);
  const zero = '00'.repeat(32);
  const decision: RoundDecision = {
    network: zero,
    epoch: 0,
    round: 0,
    view: 0,
    outcome: 'aborted',
    version: 0,
    modelDigest: zero,
    entryDigest: zero,
  };
  await scheme.verify(decision, address, await scheme.sign(decision));
}
