import { privateKeyToAccount } from 'viem/accounts';
import type { RoundDecision } from '../../../protocol/decision.ts';
import {
  blsPublicKey,
  blsSecretKey,
  encodeKeyForChain,
  encodeSignatureForChain,
  signBls,
} from '../../client/bls.ts';
import { signRoundDecision } from '../../client/signatures.ts';
import { OUTCOME_CODES, roundDecisionDigest } from '../../client/typed-data.ts';
import { hexFromBytes, lowerCaseAddress, wordFromDigest } from '../../client/words.ts';

const word = (byte: string) => byte.repeat(32);

export const EQUIVOCATION_DOMAIN = { chainId: 31_337, contract: `0x${'5f'.repeat(20)}` };
export const EQUIVOCATOR = privateKeyToAccount(`0x${word('a1')}`);
const OTHER = privateKeyToAccount(`0x${word('a2')}`);
export const EQUIVOCATOR_BLS_SECRET = blsSecretKey(new Uint8Array(48).fill(0xa1));

const accepted: RoundDecision = {
  network: word('11'),
  epoch: 3,
  round: 70_000,
  view: 2,
  outcome: 'accepted',
  version: 9,
  modelDigest: word('22'),
  entryDigest: word('33'),
};

/** Pairs of votes, and what is proven by them. */
export const EQUIVOCATIONS: readonly {
  readonly what: string;
  readonly decisions: readonly [RoundDecision, RoundDecision];
  readonly isConflict: boolean;
}[] = [
  {
    what: 'accepted and rejected',
    decisions: [accepted, { ...accepted, outcome: 'rejected', version: 8, entryDigest: word('34') }],
    isConflict: true,
  },
  {
    what: 'two entries',
    decisions: [accepted, { ...accepted, entryDigest: word('35') }],
    isConflict: true,
  },
  { what: 'one decision twice', decisions: [accepted, accepted], isConflict: false },
  {
    what: 'two views',
    decisions: [accepted, { ...accepted, view: 3, entryDigest: word('35') }],
    isConflict: false,
  },
  { what: 'two rounds', decisions: [accepted, { ...accepted, round: 70_001 }], isConflict: false },
  { what: 'two epochs', decisions: [accepted, { ...accepted, epoch: 4 }], isConflict: false },
  { what: 'two networks', decisions: [accepted, { ...accepted, network: word('12') }], isConflict: false },
];

/** The pairs with the votes of one member, with ECDSA and with BLS, and somebody else's vote for the second. */
export async function equivocationVectors(): Promise<unknown> {
  const sign = async (account: typeof OTHER, decision: RoundDecision) =>
    hexFromBytes(await signRoundDecision(account, EQUIVOCATION_DOMAIN, decision));
  const decisionJson = (decision: RoundDecision) => ({
    network: wordFromDigest(decision.network),
    epoch: decision.epoch,
    round: decision.round,
    viewNumber: decision.view,
    outcome: OUTCOME_CODES[decision.outcome],
    version: decision.version,
    modelDigest: wordFromDigest(decision.modelDigest),
    entryDigest: wordFromDigest(decision.entryDigest),
    digest: wordFromDigest(roundDecisionDigest(EQUIVOCATION_DOMAIN, decision)),
  });
  const signWithBls = (decision: RoundDecision) =>
    hexFromBytes(
      encodeSignatureForChain(
        signBls(EQUIVOCATOR_BLS_SECRET, 'vote', roundDecisionDigest(EQUIVOCATION_DOMAIN, decision)),
      ),
    );
  return {
    chainId: EQUIVOCATION_DOMAIN.chainId,
    registry: EQUIVOCATION_DOMAIN.contract,
    signer: lowerCaseAddress(EQUIVOCATOR.address),
    other: lowerCaseAddress(OTHER.address),
    key: hexFromBytes(encodeKeyForChain(blsPublicKey(EQUIVOCATOR_BLS_SECRET))),
    cases: await Promise.all(
      EQUIVOCATIONS.map(async ({ what, decisions: [first, second], isConflict }) => ({
        what,
        isConflict,
        first: decisionJson(first),
        second: decisionJson(second),
        firstVote: await sign(EQUIVOCATOR, first),
        secondVote: await sign(EQUIVOCATOR, second),
        otherVote: await sign(OTHER, second),
        // BLS signing takes its time: the conflicts alone have such votes.
        ...(isConflict ? { firstBls: signWithBls(first), secondBls: signWithBls(second) } : {}),
      })),
    ),
  };
}
