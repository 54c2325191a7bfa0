import { createPrng, type Prng } from '../../../prng.ts';
import type { Observation } from '../../data-source.ts';
import { CLOCK_SKEW } from '../../data-source.ts';
import { createMarketStream } from '../../stream/market-stream.ts';
import { type StreamClient, startStreamVenue } from '../stream-server.ts';
import { changes, STREAM_SYMBOLS, type StreamVenueName, TestMarket } from '../test-market.ts';
import { virtualWorld } from '../world.ts';
import { below, type FuzzTarget, mustHold, spoilJson, standsApart } from './hostile.ts';
import { countReading, nothingCounted } from './reading.ts';

const NOW = 1_700_000_000;
/** Messages of one connection. */
const BATCH = 25;
const JUMP = 0.05;
const GREETINGS = { binance: 0, coinbase: 3, kraken: 2 } as const;

/** Book and trades of an exchange, one message in eight of them spoilt, over WebSockets that break again and again. */
export const streamTarget = (venue: StreamVenueName): FuzzTarget => ({
  source: `${venue} stream`,
  run: async (rows, seed) => {
    const total = nothingCounted();
    const stop = new AbortController();
    const world = virtualWorld(NOW);
    let start: object = {};
    let connection = 0;
    const server = await startStreamVenue(
      GREETINGS[venue],
      (client) => {
        if (total.rows >= rows) {
          stop.abort();
          return;
        }
        const prng = createPrng(seed, connection++);
        const count = Math.min(BATCH, rows - total.rows);
        total.rows += count;
        const market = new TestMarket(venue);
        market.number = 500;
        market.book.reset(changes(BOOK));
        start = market.httpBook();
        total.spoilt += sendSpoilt(client, market, count, connection * BATCH, world.clock.now() / 1000, prng);
      },
      () => ({ body: start }),
    );
    const { origin, httpOrigin } = server;
    const symbol = STREAM_SYMBOLS[venue];
    const check = checker(() => world.clock.now() / 1000);
    try {
      for (;;) {
        // A subscription that is said to be refused ends a stream; the operator starts it again.
        const options = { venue, symbol, jump: JUMP, bookSeconds: 0, origin, httpOrigin } as const;
        const source = createMarketStream(options, world);
        const live = source.live?.(stop.signal);
        if (live === undefined || (await countReading(total, live, check.begin()))) break;
      }
    } finally {
      stop.abort();
      await server.stop();
    }
    return { source: `${venue} stream`, ...total };
  },
});

const BOOK = {
  bids: [99, 98, 97, 96].map((price) => [price, 1] as const),
  asks: [101, 102, 103, 104].map((price) => [price, 1] as const),
};

function sendSpoilt(
  client: StreamClient,
  market: TestMarket,
  count: number,
  id: number,
  now: number,
  prng: Prng,
): number {
  let spoilt = 0;
  const send = (text: string) => {
    const isSpoilt = prng.uniform() < 0.12;
    if (isSpoilt) spoilt++;
    client.send(isSpoilt ? spoilJson(text, prng) : text);
  };
  if (market.venue !== 'binance') send(market.snapshot(BOOK, now));
  for (let i = 1; i <= count; i++) {
    const quantity = below(prng, 3);
    const what = below(prng, 4);
    if (what < 2) send(market.update({ bids: [[96 + below(prng, 4), quantity]] }, now + i));
    else if (what === 2) send(market.update({ asks: [[101 + below(prng, 4), quantity]] }, now + i));
    else
      send(market.trade({ id: id + i, price: 100 + prng.uniform(), quantity: 1, taker: 'buyer' }, now + i));
  }
  setImmediate(() => client.cut());
  return spoilt;
}

/** What holds of everything that a stream says, whatever was sent. */
function checker(now: () => number) {
  const begin = () => {
    const closes: number[] = [];
    return (each: Observation) => {
      if (each.kind === 'gap') mustHold(each.to >= each.from, 'gaps go forward', each);
      if (each.kind === 'trade') {
        const { price, quantity, second } = each;
        mustHold(price > 0 && price < 1e18 && quantity > 0 && quantity < 1e18, 'a whole trade', each);
        mustHold(second <= now() + CLOCK_SKEW, 'nothing of the future', each);
        closes.push(price);
        if (standsApart(closes, JUMP))
          mustHold(each.flags !== 0, 'a price far from the last three is flagged', each);
      }
      if (each.kind === 'book') {
        mustHold(each.second <= now() + CLOCK_SKEW, 'nothing of the future', each);
        const prices = [...each.bids.toReversed(), ...each.asks].map(([price]) => price);
        mustHold(
          prices.every((price, i) => i === 0 || price > (prices[i - 1] ?? 0)),
          'a book in order that is not crossed',
          each,
        );
        mustHold(
          [...each.bids, ...each.asks].every(
            ([price, quantity]) => price > 0 && quantity > 0 && quantity < 1e18,
          ),
          'whole levels',
          each,
        );
      }
    };
  };
  return { begin };
}
