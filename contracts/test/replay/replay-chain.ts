import { type Address, encodeFunctionData, type Hex, parseEventLogs, zeroAddress } from 'viem';
import { circuitBreakerAbi } from '../../client/generated/circuit-breaker.ts';
import * as client from '../../client/index.ts';
import { deployBreakerSuite, replayFeed } from './breaker-suite.ts';
import type { Sighting } from './recorded.ts';

/** What the breaker made of one sighting. */
export type Observation = {
  readonly level: number;
  readonly severity: number;
  readonly isUsable: boolean;
  /** Names of the causes that tripped, in order. */
  readonly tripped: readonly string[];
};

export type Cadence = {
  readonly settings: client.BreakerSettings;
  readonly oracle: client.OracleSettings;
};

/** Observations every five minutes, records every quarter of an hour: the defaults. */
export const BY_MINUTES: Cadence = {
  settings: client.DEFAULT_BREAKER_SETTINGS,
  oracle: client.DEFAULT_ORACLE_SETTINGS,
};

/** The same numbers of observations, six hours apart. */
export const BY_QUARTER_DAYS: Cadence = {
  settings: { ...client.DEFAULT_BREAKER_SETTINGS, interval: 21_600, timeToLive: 86_400, dwell: 259_200 },
  oracle: { ...client.DEFAULT_ORACLE_SETTINGS, interval: 21_600, maxAge: 86_400 },
};

const CAUSES = ['severity', 'oracle failure', 'update rate', 'model dispute'];
const WARM_UP = 3;
const TRANSACTION_GAS = '0x1000000';

/** The real contracts on a local chain, behind a feed that plays what it is given. */
export class ReplayChain {
  readonly #anvil: client.Anvil;
  readonly #reader: client.ChainReader;
  readonly #from: Address;

  constructor(anvil: client.Anvil) {
    this.#anvil = anvil;
    this.#reader = client.createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId });
    this.#from = client.devAccount(0).address;
  }

  /** Plays sightings to contracts that are deployed anew, with the times between them kept. */
  async play(sightings: readonly Sighting[], { settings, oracle }: Cadence): Promise<Observation[]> {
    const [first] = sightings;
    if (first === undefined) throw new Error('expected sightings');
    await this.#request('evm_setAutomine', [false]);
    const governance = client.devAccount(1).address;
    const options = { governance, guardians: [], settings, oracle };
    const { feed, breaker } = await deployBreakerSuite(this.#reader, (call) => this.#mine(call), options);

    const { timestamp, number } = await this.#reader.getBlock();
    const shift = Number(timestamp) + (WARM_UP + 1) * oracle.interval - first.time;
    for (let i = WARM_UP; i > 0; i--) {
      const time = first.time + shift - i * oracle.interval;
      await this.#step(feed, [zeroAddress, BigInt(first.price), 0n], time);
    }
    for (const { time, price, age } of sightings) {
      await this.#step(feed, [breaker, BigInt(price), BigInt(age)], time + shift);
    }
    return this.#observations(breaker, number + BigInt(WARM_UP) + 1n, sightings.length);
  }

  async #observations(breaker: Address, from: bigint, count: number): Promise<Observation[]> {
    const logs = await this.#reader.getLogs({ address: breaker, fromBlock: from });
    const events = parseEventLogs({ abi: circuitBreakerAbi, logs });
    const observed = events.filter(({ eventName }) => eventName === 'Observed');
    if (observed.length !== count) throw new Error(`observed ${observed.length} of ${count} sightings`);
    return observed.map((event) => {
      if (event.eventName !== 'Observed') throw new Error('expected an observation');
      const { level, severity, isUsable } = event.args;
      const tripped = events.flatMap((other) =>
        other.eventName === 'Tripped' && other.blockNumber === event.blockNumber
          ? [CAUSES[other.args.cause] ?? 'unknown']
          : [],
      );
      return { level, severity, isUsable, tripped };
    });
  }

  async #step(feed: Address, args: readonly [Address, bigint, bigint], time: number): Promise<void> {
    const data = encodeFunctionData({ abi: replayFeed().abi, functionName: 'step', args });
    await this.#mine({ to: feed, data }, time);
  }

  /** Sends a transaction in a block of its own, at a time. One that fails is missed when observations are counted. */
  async #mine(call: object, time?: number): Promise<Hex> {
    const transaction = { from: this.#from, gas: TRANSACTION_GAS, ...call };
    const hash = await this.#request('eth_sendTransaction', [transaction]);
    await this.#request('evm_mine', time === undefined ? [] : [time]);
    return hash as Hex;
  }

  async #request(method: string, params: readonly unknown[]): Promise<unknown> {
    const response = await fetch(this.#anvil.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = (await response.json()) as { result?: unknown; error?: unknown };
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }
}
