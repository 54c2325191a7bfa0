import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { startAnvil } from '../client/index.ts';
import {
  pollHours,
  pollMinutes,
  pollRounds,
  printDays,
  RECORDED,
  type Sighting,
  shape,
} from './replay/recorded.ts';
import {
  BY_MINUTES,
  BY_QUARTER_DAYS,
  type Cadence,
  type Observation,
  ReplayChain,
} from './replay/replay-chain.ts';

/** Severe begins here, and three of the last five observations trip. */
const SEVERE = 0.01;
const [VOTES, WINDOW] = [3, 5];
const MINUTES = 300;

type Play = {
  readonly name: string;
  readonly sightings: () => Sighting[];
  readonly cadence?: Cadence;
  /** Whether the breaker must trip, because the deviation is sustained. */
  readonly trips: boolean;
};

const CONSTRUCTED: readonly Play[] = [
  { name: 'step to 0.98', trips: true, sightings: () => shape(20, (i) => (i < 8 ? 1 : 0.98)) },
  { name: 'ramp of 5 bp', trips: true, sightings: () => shape(30, (i) => 1 - Math.max(0, i - 4) * 0.0005) },
  { name: 'spike of one', trips: false, sightings: () => shape(20, (i) => (i === 8 ? 0.2 : 1)) },
  { name: 'spike of two', trips: false, sightings: () => shape(20, (i) => (i === 8 || i === 9 ? 3.99 : 1)) },
  {
    name: 'oscillation around 1 %',
    trips: true,
    sightings: () => shape(24, (i) => (i < 6 || i % 2 === 0 ? 0.9905 : 0.9895)),
  },
  {
    name: 'oscillation, one in three',
    trips: false,
    sightings: () => shape(36, (i) => (i % 3 === 0 ? 0.985 : 0.9995)),
  },
  {
    name: 'gap after two votes',
    trips: false,
    sightings: () =>
      shape(30, (i) => (i > 8 && i < 22 ? undefined : i === 7 || i === 8 || i === 22 ? 0.97 : 1)),
  },
];

const TERRA = 'terra_luna_2022_USDCUSDT_1m';
const SEEN_AT_20_29 = ['2022-05-11T20:29'];
const SEEN_AT_08 = ['2021-12-04T08:00'];
const vendor = (coin: string, isLowFirst: boolean): Play => ({
  name: `${coin.toUpperCase()} daily, misprint${isLowFirst ? ', low first' : ''}`,
  cadence: BY_QUARTER_DAYS,
  trips: false,
  sightings: () => printDays(coin, '2021-11-14', '2021-11-21', isLowFirst),
});
const rounds = (coin: string, from: string, to: string, trips = true): Play => ({
  name: `${coin.toUpperCase()} rounds`,
  trips,
  sightings: () => pollRounds(coin, from, to, trips ? MINUTES : 2 * MINUTES),
});
const days = (coin: string, from: string, to: string): Play => ({
  name: `${coin.toUpperCase()} daily`,
  cadence: BY_QUARTER_DAYS,
  trips: true,
  sightings: () => printDays(coin, from, to),
});
const RECORDINGS: readonly Play[] = [
  rounds('usdc', '2022-05-12T05:00', '2022-05-12T07:00'),
  rounds('dai', '2022-05-12T06:30', '2022-05-12T08:00'),
  rounds('frax', '2022-05-12T06:30', '2022-05-12T08:00'),
  rounds('mim', '2022-01-27T21:00', '2022-01-27T23:00'),
  rounds('mim', '2022-06-17T23:30', '2022-06-18T01:30'),
  rounds('mim', '2022-11-08T05:00', '2022-11-08T07:00'),
  rounds('usdc', '2021-12-10T00:00', '2021-12-10T12:00', false),
  rounds('mim', '2022-03-10T00:00', '2022-03-10T12:00', false),
  {
    name: 'USDC/USDT, print of 3.99',
    trips: false,
    sightings: () => pollMinutes(TERRA, '2022-05-11T19:00', '2022-05-11T22:30', MINUTES, SEEN_AT_20_29),
  },
  {
    name: 'USDC/USDT minutes',
    trips: true,
    sightings: () => pollMinutes(TERRA, '2022-05-12T04:30', '2022-05-12T06:30', MINUTES),
  },
  {
    name: 'BUSD/USDT minutes',
    trips: true,
    sightings: () => pollMinutes('ftx_2022_BUSDUSDT_1m', '2022-11-10T11:00', '2022-11-10T13:00', MINUTES),
  },
  {
    name: 'BUSD/USDT minutes',
    trips: false,
    sightings: () =>
      pollMinutes('busd_2023_BUSDUSDT_1m', '2023-02-13T06:00', '2023-02-13T16:00', 2 * MINUTES),
  },
  {
    name: 'USDC/USDT, print of 0.20',
    trips: false,
    sightings: () =>
      pollHours('spot_USDCUSDT_2020-06_2021-12', '2021-12-04T07:00', '2021-12-04T11:00', MINUTES, SEEN_AT_08),
  },
  ...['dai', 'frax', 'lusd', 'susd'].flatMap((coin) => [vendor(coin, false), vendor(coin, true)]),
  // Beyond 1 % by itself, high and low, on the two days before the misprint.
  days('mim', '2021-11-14', '2021-11-15'),
  days('dai', '2023-03-08', '2023-03-14'),
  days('frax', '2023-03-08', '2023-03-14'),
  days('mim', '2023-03-08', '2023-03-14'),
  days('usdd', '2022-06-10', '2022-06-17'),
];

const isBeyond = ({ price }: Sighting): boolean => Math.abs(price - 1e8) >= SEVERE * 1e8;
const found = (index: number): number | undefined => (index < 0 ? undefined : index);

/** What the rule says of the prices alone: where k of the last n are beyond, and where the first of those is. */
function expectedTrip(
  sightings: readonly Sighting[],
  timeToLive: number,
): { readonly begins?: number; readonly trips?: number } {
  const isAfterGap = ({ time }: Sighting, i: number) => time - (sightings[i - 1]?.time ?? time) > timeToLive;
  const windowAt = (i: number) => {
    const from = sightings.slice(0, i + 1).findLastIndex(isAfterGap);
    return sightings.slice(Math.max(0, from, i + 1 - WINDOW), i + 1);
  };
  const trips = found(sightings.findIndex((_, i) => windowAt(i).filter(isBeyond).length >= VOTES));
  if (trips === undefined) return {};
  return { trips, begins: trips + 1 - windowAt(trips).length + windowAt(trips).findIndex(isBeyond) };
}

const utc = (sighting: Sighting | undefined, isRecorded: boolean): string => {
  if (sighting === undefined) return '-';
  if (!isRecorded) return `minute ${sighting.time / 60}`;
  return new Date(sighting.time * 1000).toISOString().slice(0, 16).replace('T', ' ');
};

describe('the breaker on real and constructed series', function () {
  this.timeout(180_000);

  const table: string[][] = [];

  const play = async (plays: readonly Play[], isRecorded: boolean) => {
    const anvil = await startAnvil();
    try {
      const chain = new ReplayChain(anvil);
      for (const { name, sightings, cadence, trips } of plays) {
        const seen = sightings();
        const observations = await chain.play(seen, cadence ?? BY_MINUTES);
        const rule = expectedTrip(seen, (cadence ?? BY_MINUTES).settings.timeToLive);
        check(name, seen, observations, trips, rule, isRecorded);
      }
    } finally {
      await anvil.stop();
    }
  };

  function check(
    name: string,
    seen: readonly Sighting[],
    observations: readonly Observation[],
    trips: boolean,
    { begins, trips: expected }: ReturnType<typeof expectedTrip>,
    isRecorded: boolean,
  ): void {
    const tripped = found(observations.findIndex((observation) => observation.tripped.length > 0));
    const worst = seen.reduce((most, { price }) => Math.max(most, Math.abs(price / 1e8 - 1)), 0);
    table.push([
      name,
      `${seen.length}`,
      `${(100 * worst).toFixed(2)} %`,
      `${seen.filter(isBeyond).length}`,
      utc(begins === undefined ? undefined : seen[begins], isRecorded),
      utc(tripped === undefined ? undefined : seen[tripped], isRecorded),
      begins === undefined || tripped === undefined ? '-' : `${tripped - begins + 1}`,
      `${Math.max(...observations.map(({ severity }) => severity))}`,
    ]);
    expect(
      observations.every(({ isUsable }) => isUsable),
      `${name}: usable`,
    ).to.equal(true);
    expect(tripped !== undefined, `${name}: trips`).to.equal(trips);
    expect(tripped, `${name}: at the observation that completes k of n`).to.equal(expected);
    if (begins !== undefined && tripped !== undefined)
      expect(tripped - begins, `${name}: observations`).to.be.below(WINDOW);
  }

  it('trips on constructed shapes exactly where k of n says', () => play(CONSTRUCTED, false));

  it('trips on sustained depegs, and on no misprint', async function () {
    if (!existsSync(RECORDED)) {
      console.log(`      no recorded markets at ${RECORDED}: set BALLAST_DATA`);
      this.skip();
    }
    await play(RECORDINGS, true);
  });

  after(() => {
    const header = [
      'series',
      'observed',
      'worst',
      'beyond 1 %',
      'begins',
      'tripped',
      'observations',
      'severity',
    ];
    for (const row of [header, ...table]) console.log(`      | ${row.join(' | ')} |`);
  });
});
