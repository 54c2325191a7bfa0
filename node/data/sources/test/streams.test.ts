import { expect } from 'chai';
import fc from 'fast-check';
import { FLAGS } from '../../../features/series.ts';
import type { BookLevel, Observation } from '../data-source.ts';
import { krakenChecksum } from '../stream/kraken.ts';
import { createMarketStream, STREAM_VENUES } from '../stream/market-stream.ts';
import { OrderBook } from '../stream/order-book.ts';
import type { SocketLimits } from '../stream/socket.ts';
import { type StreamClient, startStreamVenue } from './stream-server.ts';
import { changes, STREAM_SYMBOLS, type StreamVenueName, TestMarket } from './test-market.ts';
import { only, virtualWorld } from './world.ts';

const NOW = 1_700_000_000;
const VENUES = Object.keys(STREAM_VENUES) as StreamVenueName[];
const BOOK = {
  bids: [
    [99, 1],
    [98, 2],
    [97, 3],
  ],
  asks: [
    [101, 1],
    [102, 2],
    [103, 3],
  ],
} satisfies { bids: BookLevel[]; asks: BookLevel[] };

/** What a venue does on its n-th connection, from 0. */
type Script = (client: StreamClient, market: TestMarket, connection: number) => void;

describe('streams of exchanges', () => {
  /** What a stream says while a venue plays its script, until `count` observations have come. */
  async function play(
    venue: StreamVenueName,
    script: Script,
    count: number,
    limits: Partial<SocketLimits> = {},
    answer: (start: object) => unknown = (start) => start,
  ) {
    const clients: StreamClient[] = [];
    let start = {};
    const server = await startStreamVenue(
      { binance: 0, coinbase: 3, kraken: 2 }[venue],
      (client) => {
        clients.push(client);
        const market = new TestMarket(venue);
        market.number = 500;
        if (venue === 'binance') {
          market.book.reset(changes(BOOK));
          start = market.httpBook();
        } else client.send(market.snapshot(BOOK, NOW));
        script(client, market, clients.length - 1);
      },
      () => ({ body: answer(start) }),
    );
    const stop = new AbortController();
    const { origin, httpOrigin } = server;
    const symbol = STREAM_SYMBOLS[venue];
    const world = virtualWorld(NOW);
    const source = createMarketStream(
      { venue, symbol, jump: 0.05, bookSeconds: 0, origin, httpOrigin, limits },
      world,
    );
    const seen: Observation[] = [];
    try {
      for await (const observation of source.live?.(stop.signal) ?? []) {
        seen.push(observation);
        if (seen.length === count) stop.abort();
      }
    } finally {
      stop.abort();
      await server.stop();
    }
    return { seen, clients, world };
  }

  for (const venue of VENUES) {
    // Over HTTP the book is asked for at the first change, so it does not come by itself.
    const first = venue === 'binance' ? 0 : 1;

    describe(venue, () => {
      it('keeps the book through changes, new levels and levels taken away', async () => {
        const { seen, clients } = await play(
          venue,
          (client, market) => {
            const quiet = market.update({ bids: [[99, 4]] }, NOW + 1);
            client.send(quiet);
            client.send(market.update({ bids: [[99, 0]], asks: [[100.5, 7]] }, NOW + 2));
            client.send(market.update({ asks: [[102, 0]], bids: [[98.5, 6]] }, NOW + 3));
          },
          3 + first,
        );
        const books = only('book', seen).slice(first);
        expect(books.map(({ second }) => second - NOW)).to.deep.equal([1, 2, 3]);
        expect(books.at(-1)?.bids).to.deep.equal([
          [98.5, 6],
          [98, 2],
          [97, 3],
        ]);
        expect(books.at(-1)?.asks).to.deep.equal([
          [100.5, 7],
          [101, 1],
          [103, 3],
        ]);
        if (venue !== 'binance')
          expect(JSON.stringify(clients[0]?.received)).to.contain(STREAM_SYMBOLS[venue]);
        else expect(clients[0]?.path).to.contain('btcusdt@trade');
      });

      it('begins anew after a missed change, and declares the time between', async () => {
        const { seen, clients } = await play(
          venue,
          (client, market, connection) => {
            const later = NOW + 10 * connection;
            client.send(market.update({ bids: [[98, 5]] }, later + 1));
            if (connection > 0) return;
            const missed = market.update({ asks: [[101, 2]] }, later + 2);
            expect(missed.length).to.be.above(0);
            client.send(market.update({ bids: [[97, 5]] }, later + 3));
          },
          3 + 2 * first,
        );
        expect(clients.length).to.equal(2);
        const gaps = only('gap', seen);
        expect(gaps.map(({ reason }) => reason)).to.deep.equal(['disconnected']);
        expect(gaps[0]?.from).to.equal(NOW + 1);
        expect(only('book', seen).at(-1)?.second).to.equal(NOW + 11);
      });

      it('begins anew when bids stand above asks, when the connection breaks and at a message that is none', async () => {
        const breaks: Script[] = [
          (client, market) => client.send(market.update({ bids: [[105, 1]] }, NOW + 2)),
          (client) => client.cut(),
          (client) => client.send('{"a'),
          (client) => client.sendBinary(new Uint8Array(3)),
          (client) => client.send('x'.repeat(70_000)),
        ];
        const { seen, clients } = await play(
          venue,
          (client, market, connection) => {
            client.send(market.update({ bids: [[98, 5]] }, NOW + 1 + 10 * connection));
            breaks[connection]?.(client, market, connection);
          },
          (1 + first) * 6 + 5 + 1,
          { maxMessage: 60_000 },
        );
        expect(clients.length).to.equal(6);
        expect(only('gap', seen).length).to.be.at.least(4);
        expect(only('refused', seen).length).to.equal(1);
        for (const { bids, asks } of only('book', seen)) {
          expect(bids[0]?.[0]).to.be.below(asks[0]?.[0] ?? 0);
        }
      });

      it('takes trades once each and in order, and says what of them it refuses', async () => {
        const trade = (id: number, price: number) =>
          ({ id, price, quantity: 0.5, taker: id % 2 === 0 ? 'buyer' : 'seller' }) as const;
        const { seen } = await play(
          venue,
          (client, market) => {
            client.send(market.update({ bids: [[99, 2]] }, NOW));
            for (const id of [7, 8, 9]) client.send(market.trade(trade(id, 100), NOW + id));
            client.send(market.trade(trade(8, 100), NOW + 9));
            client.send(market.trade(trade(10, 100 * 1e8), NOW + 9));
            client.send(market.trade(trade(11, 100), NOW + 500));
            client.send(market.trade(trade(12, -3), NOW + 9));
            client.send(market.trade(trade(13, 107), NOW + 13));
            client.send(market.trade(trade(14, 100), NOW + 14));
          },
          first + 1 + 3 + 4 + 1 + 2,
        );
        const trades = only('trade', seen);
        expect(trades.map(({ id }) => id)).to.deep.equal(['7', '8', '9', '13', '14']);
        expect(trades.map(({ taker }) => taker)).to.deep.equal([
          'seller',
          'buyer',
          'seller',
          'seller',
          'buyer',
        ]);
        expect(only('refused', seen).map(({ code }) => code)).to.deep.equal([
          'DATA_DUPLICATE',
          'DATA_UNIT',
          'DATA_FUTURE',
          'DATA_MALFORMED',
        ]);
        expect(only('gap', seen).map(({ missing }) => missing)).to.deep.equal([3]);
        expect(trades.map(({ flags }) => flags & FLAGS.held)).to.deep.equal([0, 0, 0, FLAGS.held, 0]);
      });
    });
  }

  it('asks again for a book that is older than the stream, and passes over changes that the book has', async () => {
    let asked = 0;
    const { seen } = await play(
      'binance',
      (client, market) => {
        client.send(market.update({ bids: [[98, 5]] }, NOW + 1));
        client.send(market.update({ bids: [[98, 6]] }, NOW + 2));
        client.send(market.update({ bids: [[97, 8]] }, NOW + 3));
      },
      1,
      {},
      (start) => {
        asked++;
        // At first a book of long ago, then one that has the first two of the three changes.
        const lastUpdateId = asked === 1 ? 480 : 501;
        return { ...start, lastUpdateId, bids: [['98.0', '6.0']] };
      },
    );
    expect(asked).to.equal(2);
    const [book] = only('book', seen);
    expect(book?.second).to.equal(NOW + 3);
    expect(book?.bids).to.deep.equal([
      [98, 6],
      [97, 8],
    ]);
  });

  it('tells trades of before a connection once', async () => {
    const { seen } = await play(
      'coinbase',
      (client, market, connection) => {
        const told = [1, 2, 3].slice(0, 2 + connection);
        const trades = told.map((id) => ({ id, price: 100, quantity: 1, taker: 'buyer' as const }));
        client.send(market.trades(trades, NOW + 1, 'snapshot'));
        if (connection === 0) {
          market.miss();
          client.send(market.update({}, NOW + 2));
        }
      },
      5,
    );
    expect(only('trade', seen).map(({ id }) => id)).to.deep.equal(['1', '2', '3']);
    expect(only('refused', seen)).to.deep.equal([]);
  });

  it('ends a connection that is silent, and one that sends more than is read', async () => {
    const { clients } = await play(
      'kraken',
      (client, market, connection) => {
        if (connection === 1) client.send(market.update({ bids: [[98, 5]] }, NOW + 1));
      },
      4,
      { idleMs: 50 },
    );
    expect(clients.length).to.be.at.least(2);
    const flooded = await play(
      'kraken',
      (client, _, connection) => {
        if (connection === 0) for (let i = 0; i < 200; i++) client.send('{"channel":"heartbeat"}');
      },
      2,
      { maxQueued: 20 },
    );
    expect(flooded.clients.length).to.equal(2);
  });

  it('ends for good when the venue refuses the subscription', async () => {
    let thrown: unknown;
    try {
      await play(
        'kraken',
        (client) => client.send('{"method":"subscribe","success":false,"error":"no pair"}'),
        5,
      );
    } catch (error) {
      thrown = error;
    }
    expect((thrown as { code?: string } | undefined)?.code).to.equal('SOURCE_REFUSED');
  });

  it('computes the checksum of the example that Kraken publishes', () => {
    const side = (name: 'bid' | 'ask', levels: string) =>
      levels.split(' ').map((level) => {
        const [priceText = '', quantityText = ''] = level.split('x');
        const [price, quantity] = [Number(priceText), Number(quantityText)];
        return { side: name, price, quantity, priceText, quantityText };
      });
    const book = new OrderBook();
    book.reset([
      ...side(
        'bid',
        '45283.5x0.10000000 45283.4x1.54582015 45282.1x0.10000000 45281.0x0.10000000 45280.3x1.54592586 45279.0x0.07990000 45277.6x0.03310103 45277.5x0.30000000 45277.3x1.54602737 45276.6x0.15445238',
      ),
      ...side(
        'ask',
        '45285.2x0.00100000 45286.4x1.54571953 45286.6x1.54571109 45289.6x1.54560911 45290.2x0.15890660 45291.8x1.54553491 45294.7x0.04454749 45296.1x0.35380000 45297.5x0.09945542 45299.5x0.18772827',
      ),
    ]);
    expect(krakenChecksum(book)).to.equal(3_310_070_434);
  });

  it('holds the levels that a map would, best first (law)', () => {
    const change = fc.record({
      side: fc.constantFrom('bid' as const, 'ask' as const),
      price: fc.integer({ min: 1, max: 30 }),
      quantity: fc.integer({ min: 0, max: 3 }),
      priceText: fc.constant(''),
      quantityText: fc.constant(''),
    });
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 12 }), (messages) => {
        const book = new OrderBook();
        const map = { bid: new Map<number, number>(), ask: new Map<number, number>() };
        for (const message of messages) {
          book.apply(message);
          for (const { side, price, quantity } of message) {
            if (quantity === 0) map[side].delete(price);
            else map[side].set(price, quantity);
          }
          for (const side of ['bid', 'ask'] as const) {
            const sign = side === 'bid' ? -1 : 1;
            const expected = [...map[side]].sort(([a], [b]) => sign * (a - b));
            expect(book.best(side, 100)).to.deep.equal(expected);
          }
        }
      }),
      { numRuns: 100, seed: 8 },
    );
  });
});
