import type { DeploymentStep } from './deployment-steps.ts';
import { devnetFeedAbi, devnetFeedBytecode } from './generated/devnet-feed.ts';
import type { PriceFeedPair } from './stability-oracle.ts';
import { lowerCaseAddress } from './words.ts';

/** A feed that an account writes by hand: for rehearsals and tests. */
export type HandFeed = {
  readonly owner: string;
  /** First answer, 8 decimals. */
  readonly answer: bigint;
};

const DECIMALS = 8;
/** The longest that the contracts take: a rehearsal's feed may keep silent for a week. */
const HEARTBEAT = 604_800;

export function handFeedStep(name: string, { owner, answer }: HandFeed): DeploymentStep {
  return {
    name,
    abi: devnetFeedAbi,
    bytecode: devnetFeedBytecode,
    args: () => [lowerCaseAddress(owner), DECIMALS, answer],
  };
}

/** How a feed that is written by hand is read. */
export const handFeedPair = (aggregator: string): PriceFeedPair => ({
  primary: { aggregator, heartbeat: HEARTBEAT, decimals: DECIMALS },
});
