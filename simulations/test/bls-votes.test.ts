import { expect } from 'chai';
import { createAggregator } from '../../aggregation/index.ts';
import { blsPublicKey, blsSecretKey } from '../../contracts/client/bls.ts';
import { blsCommitScheme } from '../../contracts/client/bls-scheme.ts';
import { isCertified, signersOf } from '../../coordinator/index.ts';
import { toHex } from '../../protocol/digest.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { type Operator, World } from '../world/world.ts';

const NODES = 4;
const SIZE = 4;
const DOMAIN = { chainId: 31_337, contract: `0x${'5f'.repeat(20)}` };

/** Votes with BLS; node 3 signs for another registry, so that its votes never count. */
function operatorFor(index: number): Operator {
  const secret = blsSecretKey(new Uint8Array(48).fill(index + 1));
  const elsewhere = { ...DOMAIN, chainId: 1 };
  const { sign } = blsCommitScheme(index === NODES - 1 ? elsewhere : DOMAIN, secret);
  return {
    address: `0x${String(index + 1).padStart(40, '0')}`,
    blsKey: toHex(blsPublicKey(secret)),
    scheme: {
      sign: () => Promise.reject(new Error('a committee with BLS keys votes with them')),
      verify: () => false,
      aggregate: { ...blsCommitScheme(DOMAIN), sign },
    },
  };
}

describe('a committee that votes with BLS', function () {
  this.timeout(120_000);

  it('certifies rounds with one signature of a quorum', async () => {
    const { unit, relation, delta } = SCENARIO_PARAMETERS.privacy;
    const world = new World({
      seed: 'bls-votes',
      nodes: NODES,
      parameters: { ...SCENARIO_PARAMETERS, rule: { name: 'median', f: 1 } },
      layout: { tensors: [{ name: 'w', shape: [SIZE] }] },
      genesisWeights: new Float64Array(SIZE),
      aggregator: createAggregator('median', { f: 1 }),
      links: { loss: 0, delayMs: [5, 60] },
      operators: operatorFor,
      trainers: (index) => ({
        debits: () => 0,
        hasReleased: () => false,
        train: async (round) => ({
          update: new Int32Array(SIZE).fill(10_000 + index),
          privacy: { unit, relation, epsilon: null, delta },
          ledger: round,
        }),
      }),
      evaluators: () => ({ judge: async () => 'accepted' }),
    });
    const report = await world.run(2, 120_000);
    expect(report.reached).to.equal(true);
    const certificates = [...report.certificates.values()].flat();
    expect(certificates).to.have.length.at.least(2);
    for (const certificate of certificates) {
      expect(certificate.signatures).to.deep.equal([]);
      expect(signersOf(certificate)).to.have.length.at.least(report.committee.quorum);
      const scheme = operatorFor(0).scheme;
      expect(await isCertified(certificate, world.networkId, report.committee, scheme)).to.equal(true);
    }
    expect(report.refusals.get('COMMIT_SIGNATURE') ?? 0).to.be.greaterThan(0);
  });
});
