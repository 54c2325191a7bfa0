import { expect } from 'chai';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { slicesFor } from '../../data/index.ts';
import { introduction } from '../introduction.ts';
import { describeModel } from '../model.ts';
import { type DevnetOptions, devnetParameters } from '../options.ts';

const RPC = 'http://127.0.0.1:41389';

/** The line about privacy. */
async function privacyOf(rounds: number): Promise<string> {
  const options = {
    ...{ rounds, nodes: 5, byzantine: 1, attack: 'sign-flip', boost: undefined, rule: 'multi-krum' },
    ...{ privacy: 'record', data: undefined, seed: 1, exit: true, dataDir: '/srv/devnet', gate: true },
    normCheck: true,
  } as const satisfies DevnetOptions;
  const parameters = devnetParameters(options);
  const model = await describeModel(await slicesFor(undefined, 1, 5), 10);
  const document = { name: 'devnet', chain: 'eip155:31337', model, parameters } as unknown as NetworkDocument;
  const [network, , privacy = ''] = introduction(options, parameters, document, [], RPC);
  expect(network).to.equal(`network devnet on eip155:31337 at ${RPC}, folder /srv/devnet`);
  return privacy;
}

describe('introduction of a devnet', () => {
  it('says what all rounds cost where the budget bears them', async () => {
    expect(await privacyOf(44)).to.match(/^privacy: ε = 7\.9\d+ at .* after 44 rounds; expected noise/);
  });

  it('says after how many rounds nobody trains any more', async () => {
    expect(await privacyOf(200)).to.match(
      /^privacy: ε = 7\.9\d+ at .* after 44 rounds, then the budget of 8 is spent and nobody trains in the other 156; /,
    );
  });
});
