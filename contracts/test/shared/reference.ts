import * as math from '../../client/reference-math.ts';

const { WAD, RAY, MODIFIER_OFFSET } = math;
const FIRST = { fee: WAD / 20n, modifier: MODIFIER_OFFSET + WAD / 1000n, savingsRate: WAD / 50n };
const STEPS = 60;
const SALES = 40;
const DAY = 86_400n;

/** The arithmetic of the reference core, and one vault's life, as TypeScript computes them. */
export function referenceVectors(): unknown {
  const draw = drawer(0x5eedn);
  return { rates: rateVectors(draw), ramps: rampVectors(draw), sales: saleVectors(draw), life: lifeOf(draw) };
}

type Draw = (low: bigint, high: bigint) => bigint;

/** Whole numbers from a fixed sequence (the 64-bit congruential generator of Knuth, MMIX). */
function drawer(seed: bigint): Draw {
  let state = seed;
  const next = () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return state >> 16n;
  };
  return (low, high) => low + (((next() << 96n) | (next() << 48n) | next()) % (high - low + 1n));
}

function rateVectors(draw: Draw) {
  const drawn = Array.from({ length: 20 }, () => [draw(0n, WAD), draw(0n, 3n * 365n * DAY)] as const);
  const cases = [[0n, 0n], [0n, 1n], [1n, 1n], [WAD, 1n], [WAD, 26n * 365n * DAY], ...drawn] as const;
  return {
    yearly: cases.map(([yearly]) => text(yearly)),
    seconds: cases.map(([, seconds]) => text(seconds)),
    up: cases.map(([yearly, seconds]) => text(math.powUp(math.perSecondUp(yearly), seconds))),
    down: cases.map(([yearly, seconds]) => text(math.powDown(math.perSecondDown(yearly), seconds))),
  };
}

function rampVectors(draw: Draw) {
  const cases = Array.from({ length: 12 }, () => {
    const ramp = {
      from: draw(113n * 10n ** 16n, 15n * 10n ** 17n),
      target: draw(113n * 10n ** 16n, 15n * 10n ** 17n),
      start: 0n,
      length: 14n * DAY,
    };
    const seconds = draw(0n, 15n * DAY);
    return { ramp, seconds, ratio: math.liquidationRatioAt(ramp, seconds) };
  });
  return {
    from: cases.map(({ ramp }) => text(ramp.from)),
    target: cases.map(({ ramp }) => text(ramp.target)),
    seconds: cases.map(({ seconds }) => text(seconds)),
    ratio: cases.map(({ ratio }) => text(ratio)),
  };
}

/** Vaults of 150 % at a price of 2,000 that has fallen to where they are unsafe, or bankrupt. */
function saleVectors(draw: Draw) {
  const cases = Array.from({ length: SALES }, (_, i) => {
    const decimals = i % 2 === 0 ? 18 : 8;
    const unit = 10n ** BigInt(18 - decimals);
    const debt = draw(300n * WAD, 200_000n * WAD);
    const amount = (math.ceilDiv(debt * 3n, 4000n * unit) + 1n) * unit;
    const penalty = draw(WAD / 10n, 16n * 10n ** 16n);
    const price = i % 3 === 0 ? draw(1n, 1500n * WAD) : draw(1520n * WAD, 1570n * WAD);
    const isWhole = amount * price < debt * (WAD + penalty) || draw(0n, 2n) === 0n;
    const cleared = isWhole ? debt : draw(1n, debt - 100n * WAD);
    const sale = math.liquidationSale({ amount, debt, price, penalty, decimals }, cleared);
    const seized = sale.seized / unit;
    return { ...sale, decimals, amount: amount / unit, debt, penalty, price, seized };
  });
  const column = (name: Exclude<keyof (typeof cases)[number], 'decimals'>) =>
    cases.map((sale) => text(sale[name]));
  return {
    decimals: cases.map((sale) => text(BigInt(sale.decimals))),
    amount: column('amount'),
    debt: column('debt'),
    penalty: column('penalty'),
    price: column('price'),
    cleared: column('cleared'),
    paid: column('paid'),
    seized: column('seized'),
    lost: column('lost'),
  };
}

const ACTIONS = ['mint', 'repay', 'save', 'unsave', 'fee', 'modifier', 'savings-rate', 'wait'] as const;

/** What happens to one vault and its owner's savings in {@link STEPS} steps, and how matters stand after each. */
function lifeOf(draw: Draw) {
  let { fee, modifier, savingsRate } = FIRST;
  let [index, normalized, supply, surplus] = [RAY, 0n, 0n, 0n];
  let [savingsIndex, shares] = [RAY, 0n];
  const rows: bigint[][] = [];
  for (let i = 0; i < STEPS; ++i) {
    const seconds = draw(1n, 30n * DAY);
    if (normalized > 0n) {
      const next = math.grownIndex(index, fee, modifier, seconds);
      surplus += normalized * (next - index);
      index = next;
    }
    const grown = math.grownSavings(savingsIndex, savingsRate, seconds, shares, surplus);
    surplus -= shares * (grown - savingsIndex);
    savingsIndex = grown;

    const debt = math.debtAt(normalized, index);
    const action = i === 0 ? 0 : Number(draw(0n, BigInt(ACTIONS.length - 1)));
    let amount = 0n;
    switch (ACTIONS[action]) {
      case 'mint': {
        amount = draw(100n * WAD, 2000n * WAD);
        const added = math.normalizedOf(amount, index);
        [normalized, supply] = [normalized + added, supply + amount];
        surplus += added * index - amount * RAY;
        break;
      }
      case 'repay': {
        amount = draw(1n, (debt < supply ? debt : supply) - 1n);
        const gone = (amount * RAY) / index;
        [normalized, supply] = [normalized - gone, supply - amount];
        surplus += amount * RAY - gone * index;
        break;
      }
      case 'save': {
        amount = draw(WAD, supply);
        const bought = (amount * RAY) / savingsIndex;
        [shares, supply] = [shares + bought, supply - amount];
        surplus += amount * RAY - bought * savingsIndex;
        break;
      }
      case 'unsave': {
        if (shares === 0n) break;
        amount = draw(1n, shares);
        const coins = (amount * savingsIndex) / RAY;
        [shares, supply] = [shares - amount, supply + coins];
        surplus += amount * savingsIndex - coins * RAY;
        break;
      }
      case 'fee':
        amount = fee = draw(0n, WAD / 5n);
        break;
      case 'modifier':
        amount = modifier = MODIFIER_OFFSET + draw(0n, WAD / 10n);
        break;
      case 'savings-rate':
        amount = savingsRate = draw(0n, WAD / 4n);
        break;
    }
    const after = [math.debtAt(normalized, index), index, supply, surplus, savingsIndex, shares];
    rows.push([BigInt(action), amount, seconds, ...after]);
  }
  const names = [
    'action',
    'amount',
    'seconds',
    'debt',
    'index',
    'supply',
    'surplus',
    'savingsIndex',
    'shares',
  ];
  return Object.fromEntries(names.map((name, i) => [name, rows.map((row) => text(row[i] ?? 0n))]));
}

const text = (value: bigint): string => value.toString();
