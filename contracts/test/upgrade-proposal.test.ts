import { expect } from 'chai';
import { decodeFunctionData, keccak256, parseAbi } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import { moduleRegistryAbi } from '../client/generated/module-registry.ts';
import { storageLayouts } from '../client/generated/storage-layouts.ts';
import { draftUpgrade, lostFromAbi, type UpgradePlan } from '../client/upgrade-proposal.ts';
import { marketLevel, type UrgencyLevel, urgencyOf } from '../client/urgency.ts';

const ABI = parseAbi([
  'function value() view returns (uint256)',
  'function pair() view returns ((uint64 a, bool b) made)',
  'event Moved(uint256 value)',
  'error No()',
]);
const LAYOUT = storageLayouts.GovernanceBridge ?? [];
const REGISTRY = '0x00000000000000000000000000000000000000a1';
const CODE = '0x00000000000000000000000000000000000000c2';
const PLAN: UpgradePlan = {
  registry: REGISTRY,
  module: {
    key: '11'.repeat(32),
    proxy: '0x00000000000000000000000000000000000000b1',
    implementation: '0x00000000000000000000000000000000000000c1',
    version: '1.2.0',
    codeHash: '22'.repeat(32),
    interfaceId: '0x12345678',
    upgradedAt: 1,
  },
  running: { version: '1.2.0', abi: ABI, layout: LAYOUT },
  next: { version: '1.3.0', abi: ABI, layout: LAYOUT },
  implementation: CODE,
  code: '0x6001',
  justification: 'ab'.repeat(32),
  text: 'Why.',
};

function codeOf(change: Partial<UpgradePlan>): string {
  try {
    draftUpgrade({ ...PLAN, ...change });
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

const nextIs = (change: Partial<UpgradePlan['next']>) => ({ next: { ...PLAN.next, ...change } });

describe('draftUpgrade', () => {
  it('names the code by its hash', () => {
    const { type, calls } = draftUpgrade({ ...PLAN, data: '0x1234' });
    const [call] = calls;
    if (call === undefined) throw new Error('expected a call');
    expect(type).to.equal('protocol_upgrade');
    expect(call).to.include({ target: REGISTRY, value: 0n });
    expect(decodeFunctionData({ abi: moduleRegistryAbi, data: call.data })).to.deep.equal({
      functionName: 'upgrade',
      args: [`0x${'11'.repeat(32)}`, CODE, keccak256('0x6001'), '0x1234'],
    });
  });

  it('refuses a lower or equal version, and a plan for another one (GV-11)', () => {
    for (const version of ['1.2.0', '1.1.9', '0.9.0']) {
      expect(codeOf(nextIs({ version })), version).to.equal('UPGRADE_NOT_LATER');
    }
    expect(codeOf(nextIs({ version: '1.3' }))).to.equal('MODULE_VERSION');
    expect(codeOf({ running: { ...PLAN.running, version: '1.1.0' } })).to.equal('UPGRADE_STALE');
  });

  it('refuses an address without code, or with code that another address lends it', () => {
    for (const code of ['0x', `0xef0100${'c3'.repeat(20)}`] as const) {
      expect(codeOf({ code })).to.equal('UPGRADE_WITHOUT_CODE');
    }
  });

  it('refuses a layout that misreads storage', () => {
    expect(codeOf(nextIs({ layout: LAYOUT.slice(1) }))).to.equal('STORAGE_LAYOUT_BROKEN');
  });

  it('refuses to lose what callers use, unless the major version says so', () => {
    const abi = ABI.filter((item) => !('name' in item) || item.name !== 'value');
    expect(codeOf(nextIs({ abi }))).to.equal('UPGRADE_BREAKS_CALLERS');
    expect(codeOf(nextIs({ abi, version: '2.0.0' }))).to.equal('nothing thrown');
    expect(codeOf(nextIs({ abi: [...ABI, ...parseAbi(['function more()'])] }))).to.equal('nothing thrown');
  });

  it('knows a lost event and another answer by their names, and minds no errors', () => {
    const after = parseAbi([
      'function value() view returns (uint128)',
      'function pair() view returns ((uint64 a, uint8 b) made)',
    ]);
    expect(lostFromAbi(ABI, after)).to.deep.equal(['value', 'pair', 'Moved']);
    expect(lostFromAbi(ABI, ABI)).to.deep.equal([]);
  });
});

describe('urgencyOf', () => {
  const LEVELS: readonly UrgencyLevel[] = [0, 1, 2, 3];
  const all = LEVELS.flatMap((base) =>
    LEVELS.flatMap((market) =>
      LEVELS.flatMap((change) => LEVELS.map((peg) => ({ base, market, change, peg }))),
    ),
  );

  it('lets no mean hide an emergency (D17)', () => {
    const order = ['routine', 'elevated', 'high', 'critical'];
    for (const signs of all) {
      const level = order.indexOf(urgencyOf(signs));
      expect(level).to.be.at.least(Math.max(signs.market, signs.peg));
      expect(level).to.be.at.most(Math.max(signs.base, signs.market, signs.change, signs.peg));
    }
    const critical = all.filter((signs) => urgencyOf(signs) === 'critical');
    expect(critical).to.have.length(112 + all.filter(isOnlyByMean).length);
    expect(all.filter((signs) => signs.market === 3 || signs.peg === 3)).to.have.length(112);
  });

  const isOnlyByMean = ({ base, market, change, peg }: (typeof all)[number]) =>
    market < 3 && peg < 3 && base + market + change + peg >= 10;

  it('rounds halves up, and weighs', () => {
    const signs = { base: 3, market: 0, change: 3, peg: 0 } as const;
    expect(urgencyOf(signs)).to.equal('high');
    expect(urgencyOf(signs, { base: 5, market: 1, change: 5, peg: 1 })).to.equal('critical');
    expect(urgencyOf(signs, { base: 0, market: 1, change: 0, peg: 0 })).to.equal('routine');
  });

  it('refuses weights that are none', () => {
    for (const base of [-1, 0.5, Number.NaN, 1_000_001, 0]) {
      const weights = { base, market: 0, change: 0, peg: 0 };
      expect(() => urgencyOf({ base: 0, market: 0, change: 0, peg: 0 }, weights)).to.throw('not all 0');
    }
  });

  it('reads the market from its stress', () => {
    const levels = [0, 40, 41, 60, 61, 80, 81, 100].map(marketLevel);
    expect(levels).to.deep.equal([0, 0, 1, 1, 2, 2, 3, 3]);
  });
});
