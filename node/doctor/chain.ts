import { CLOCK_WATCH } from '../runtime/clock-watch.ts';
import { askEndpoint, type EndpointAnswer, type EndpointFailure } from './endpoint.ts';
import { type Finding, ok, problem, skipped, warning } from './finding.ts';

/** A chain of blocks every few seconds stands still when the last is as old as this. */
const STALE_SECONDS = 600;
/** A block's time may lie so far ahead of its making. */
const BLOCK_LEEWAY_SECONDS = 15;

export type ChainLook = {
  readonly findings: readonly Finding[];
  /** The first endpoint that serves the network's chain. */
  readonly usable: string | undefined;
};

/**
 * Every endpoint of the configuration: it answers, of the right chain, and this machine's clock agrees with it.
 *
 * @param now milliseconds since the Unix epoch.
 */
export async function checkEndpoints(
  urls: readonly string[],
  chainId: number,
  now: () => number,
): Promise<ChainLook> {
  const answers = await Promise.all(urls.map((url) => askEndpoint(url, now)));
  const good = answers.filter((answer) => isAnswer(answer)).filter((answer) => answer.chainId === chainId);
  return {
    findings: [...answers.map((answer) => judgeEndpoint(answer, chainId)), judgeClock(good, now() / 1000)],
    usable: urls[answers.findIndex((answer) => isAnswer(answer) && answer.chainId === chainId)],
  };
}

const isAnswer = (answer: EndpointAnswer | EndpointFailure): answer is EndpointAnswer => 'chainId' in answer;

function judgeEndpoint(answer: EndpointAnswer | EndpointFailure, chainId: number): Finding {
  const { host } = answer;
  if (!isAnswer(answer))
    return problem(
      'chain',
      `rpc ${host}: ${answer.reason}`,
      'check the URL of rpc, and that the endpoint is up',
    );
  if (answer.chainId !== chainId) {
    const message = `rpc ${host}: got chain eip155:${answer.chainId}, expected eip155:${chainId}`;
    return problem('chain', message, 'point rpc at an endpoint of the chain in network.json');
  }
  return ok('chain', `rpc ${host}: eip155:${chainId}, block ${answer.height}`);
}

function judgeClock(answers: readonly EndpointAnswer[], nowSeconds: number): Finding {
  const skews = answers.flatMap(({ aheadMs }) => aheadMs ?? []);
  const skew = skews.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];
  const remedy = 'set it by NTP: timedatectl set-ntp true';
  if (skew !== undefined && Math.abs(skew) > CLOCK_WATCH.limitMs) {
    const message = `${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} the endpoint’s, expected at most ${CLOCK_WATCH.limitMs / 1000} s`;
    return problem('clock', message, remedy);
  }
  const newest = Math.max(...answers.map(({ blockTime }) => blockTime));
  if (!Number.isFinite(newest)) return skipped('clock', 'no endpoint to compare it with');
  const age = Math.round(nowSeconds - newest);
  if (-age > BLOCK_LEEWAY_SECONDS)
    return warning(
      'clock',
      `the last block is ${-age} s ahead of this clock`,
      `if the chain’s time is right, ${remedy}`,
    );
  if (age > STALE_SECONDS)
    return warning(
      'clock',
      `the last block is ${age} s old`,
      'the endpoint is behind, or the chain stands still',
    );
  return ok(
    'clock',
    skew === undefined ? `the last block is ${age} s old` : 'within a second of the endpoint’s',
  );
}
