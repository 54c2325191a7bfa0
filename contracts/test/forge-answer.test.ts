import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { answerForge } from '../solc/forge-answer.ts';

const OUTPUTS = ['evm.deployedBytecode.object', 'metadata'];
const [SOURCE, TEST] = ['contracts/src/A.sol', 'contracts/test/A.t.sol'];

type Answer = {
  readonly errors: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly sources: Readonly<Record<string, { readonly id: number }>>;
  readonly contracts: Readonly<Record<string, { readonly A: { readonly metadata: string } }>>;
};

/** The same contract among the sources and among the tests. */
async function answerOf(body: string, wanted: readonly string[], enabled = true): Promise<Answer> {
  const content = `pragma solidity 0.8.37; contract A { ${body} }`;
  const input = {
    language: 'Solidity',
    sources: { [SOURCE]: { content }, [TEST]: { content } },
    settings: {
      optimizer: { enabled, runs: 7 },
      outputSelection: Object.fromEntries(wanted.map((path) => [path, { '*': OUTPUTS }])),
    },
  };
  return JSON.parse(await answerForge(JSON.stringify(input), tmpdir())) as Answer;
}

const isOptimised = (answer: Answer, path: string): boolean => {
  const { settings } = JSON.parse(answer.contracts[path]?.A.metadata ?? '{}') as {
    readonly settings: { readonly optimizer: { readonly enabled: boolean } };
  };
  return settings.optimizer.enabled;
};

describe('what forge is answered', () => {
  it('compiles the sources as asked and the tests without the optimiser', async () => {
    const both = await answerOf('uint256 public x;', [SOURCE, TEST]);
    expect([isOptimised(both, SOURCE), isOptimised(both, TEST)]).to.deep.equal([true, false]);
    expect(Object.values(both.sources).map(({ id }) => id)).to.deep.equal([0, 1]);
    const source = await answerOf('uint256 public x;', [SOURCE]);
    expect(Object.keys(source.contracts)).to.deep.equal([SOURCE]);
    expect(isOptimised(source, SOURCE)).to.equal(true);
    const plain = await answerOf('uint256 public x;', [SOURCE, TEST], false);
    expect([isOptimised(plain, SOURCE), isOptimised(plain, TEST)]).to.deep.equal([false, false]);
  });

  it('says once what is wrong', async () => {
    const { errors } = await answerOf('uint256 public x = y;', [SOURCE, TEST]);
    const messages = errors.map(({ formattedMessage }) => formattedMessage);
    expect(messages.filter((message) => message.includes('Undeclared identifier'))).to.have.length(2);
    expect(new Set(messages).size).to.equal(messages.length);
  });
});
