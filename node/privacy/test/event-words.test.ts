import { expect } from 'chai';
import type { PrivacyEvent } from '../../../privacy/index.ts';
import { eventWords, releaseWords } from '../event-words.ts';

describe('privacy events in words', () => {
  const noise = { noiseMultiplier: 2 };
  const cases: readonly (readonly [PrivacyEvent, string])[] = [
    [{ kind: 'unprotected' }, 'without noise'],
    [{ kind: 'gaussian', ...noise }, 'with Gaussian noise, σ = 2 C'],
    [{ kind: 'discrete-laplace', ...noise, gridScale: 9 }, 'with Laplace noise, b = 2 C'],
    [
      { kind: 'summed-discrete-gaussian', ...noise, shares: 5, shareDeviation: 9, dimension: 3 },
      'with 5 shares of Gaussian noise, together σ = 2 C',
    ],
    [{ kind: 'skellam', ...noise, gridDeviation: 9, dimension: 3 }, 'with Skellam noise, σ = 2 C'],
    [
      { kind: 'correlated-gaussian', ...noise, sensitivity: 1.5 },
      'with correlated Gaussian noise, σ = 2 C, sensitivity 1.5',
    ],
    [{ kind: 'exponential-mechanism', epsilon: 0.5 }, 'chosen by the exponential mechanism, ε = 0.5'],
    [{ kind: 'epsilon-delta', epsilon: 0.5, delta: 1e-6 }, 'with ε = 0.5, δ = 0.000001'],
    [{ kind: 'failure', probability: 1e-9 }, 'that fail with probability 1e-9'],
    [
      { kind: 'fixed-size-sampled', population: 9, size: 2, event: { kind: 'gaussian', ...noise } },
      'of a secret sample of 2 in 9 with Gaussian noise, σ = 2 C',
    ],
    [
      {
        kind: 'composed',
        events: [{ kind: 'unprotected' }, { kind: 'repeated', times: 3, event: { kind: 'unprotected' } }],
      },
      'without noise; without noise, 3 times',
    ],
  ];
  for (const [event, words] of cases) {
    it(`${event.kind}: ${words}`, () => expect(eventWords(event)).to.equal(words));
  }

  it('counts the sums of a release', () => {
    expect(releaseWords({ unit: 'none', releases: 1 })).to.equal('a sum without noise');
    const release = { unit: 'node', relation: 'replace', sensitivity: 2, noiseMultiplier: 12.34567 } as const;
    expect(releaseWords({ ...release, releases: 1 })).to.equal('a sum with Gaussian noise, σ = 12.35 C');
    expect(releaseWords({ ...release, releases: 4 })).to.equal('4 sums with Gaussian noise, σ = 12.35 C');
  });
});
