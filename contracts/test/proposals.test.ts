import { expect } from 'chai';
import fc from 'fast-check';
import { type Address, encodeFunctionData, type Hex, parseAbi, toFunctionSelector } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import {
  GOVERNANCE_FUNCTIONS,
  GOVERNED_CONTRACTS,
  type GovernedContract,
  governanceActions,
  governedContracts,
} from '../client/governance-actions.ts';
import { draftApproval } from '../client/parameter-proposals.ts';
import { parameterId } from '../client/parameters.ts';
import {
  describeCall,
  describeProposal,
  PROPOSAL_LIMITS,
  type ProposalDirectory,
  type ProposalDraft,
  verifyProposal,
} from '../client/proposal-description.ts';
import {
  actionsDigest,
  PROPOSAL_TYPES,
  parseProposalHeader,
  proposalHeader,
} from '../client/proposal-header.ts';
import {
  escapeText,
  fillTemplate,
  PROPOSAL_TEMPLATES,
  TEMPLATE_TYPES,
  type TemplateValue,
} from '../client/proposal-templates.ts';

const BRIDGE: Address = '0x00000000000000000000000000000000000000b1';
const ELECTORATE: Address = '0x00000000000000000000000000000000000000e1';
const WHY = 'ab'.repeat(32);
const FEE = parameterId('STABILITY_FEE');
const { abi: bridgeAbi } = GOVERNED_CONTRACTS.governanceBridge;
const LIMITS = {
  min: 1n,
  max: 9n,
  stepUp: 2n,
  stepDown: 2n,
  budgetUp: 3n,
  budgetDown: 3n,
  cooldown: 60,
  window: 600,
  risk: 0,
  class: 1,
  isWired: true,
};
const directory: ProposalDirectory = {
  contracts: governedContracts({ governanceBridge: BRIDGE, electorate: ELECTORATE }),
  names: new Map([[FEE, 'STABILITY_FEE']]),
};

const approve = (number: bigint): Hex =>
  encodeFunctionData({ abi: bridgeAbi, functionName: 'approve', args: [number] });
const draft = (data = approve(3n), target = BRIDGE): ProposalDraft => ({
  type: 'parameter_adjustment',
  calls: [{ target, value: 0n, data }],
  justification: WHY,
  text: 'The peg has been below for a week.',
});

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('the first line of a proposal', () => {
  it('is the one that the governor computes', () => {
    // BallastGovernor.t.sol has the same digest from Solidity.
    const calls = [{ target: BRIDGE, value: 0n, data: '0x1234' as Hex }];
    const actions = 'ce35557faba5931ae8b758b96b58d187a0e8a1bc24946538860a89daca20f41f';
    expect(actionsDigest(calls)).to.equal(actions);
    const line = proposalHeader({ type: 'policy_change', actions, justification: WHY });
    expect(line).to.equal(`ballast-proposal/1 policy_change 0x${actions} 0x${WHY}`);
    expect(parseProposalHeader(`${line}\ntext`)).to.deep.equal({
      type: 'policy_change',
      actions,
      justification: WHY,
    });
  });

  it('depends on every call, its order, target, value and data', () => {
    const call = { target: BRIDGE, value: 0n, data: '0x12' as Hex };
    const others = [
      [call, call],
      [{ ...call, target: ELECTORATE }],
      [{ ...call, value: 1n }],
      [{ ...call, data: '0x1200' as Hex }],
      [],
    ];
    const digests = [[call], ...others].map(actionsDigest);
    expect(new Set(digests).size).to.equal(digests.length);
  });

  it('is refused in any other form', () => {
    const line = proposalHeader({ type: 'policy_change', actions: WHY, justification: WHY });
    const wrong = [
      '',
      line.slice(1),
      ` ${line}`,
      `${line} `,
      line.slice(0, -1),
      line.replace('policy_change', 'policy'),
      line.replace('/1', '/2'),
      line.replaceAll('ab', 'AB'),
      line.replaceAll(' 0x', '  0x'),
    ];
    for (const text of wrong)
      expect(
        codeOf(() => parseProposalHeader(text)),
        text,
      ).to.equal('PROPOSAL_HEADER');
    for (const justification of ['', '00'.repeat(32), WHY.toUpperCase(), WHY.slice(1)]) {
      const header = { type: 'policy_change', actions: WHY, justification } as const;
      expect(codeOf(() => proposalHeader(header))).to.equal('PROPOSAL_JUSTIFICATION');
    }
  });
});

describe('describeProposal and verifyProposal', () => {
  it('put calls in words that agree with the calldata', () => {
    const limits = encodeFunctionData({
      abi: bridgeAbi,
      functionName: 'setLimits',
      args: [`0x${FEE}`, LIMITS],
    });
    const calls = [...draft().calls, { target: BRIDGE, value: 0n, data: limits }];
    const description = describeProposal({ ...draft(), calls }, directory);
    expect(description.split('\n')).to.deep.equal([
      `ballast-proposal/1 parameter_adjustment 0x${actionsDigest(calls)} 0x${WHY}`,
      '',
      'Calls:',
      '1. GovernanceBridge.approve(proposalId: 3)',
      '2. GovernanceBridge.setLimits(id: STABILITY_FEE, limits: {min: 1, max: 9, stepUp: 2, stepDown: 2, budgetUp: 3, budgetDown: 3, cooldown: 60, window: 600, risk: 0, class: 1, isWired: true})',
      '',
      'The peg has been below for a week.',
    ]);
    const verified = verifyProposal({ calls, description }, directory);
    expect(verified.header.type).to.equal('parameter_adjustment');
    expect(verified.calls).to.have.length(2);
  });

  it('approve a wish by its number', () => {
    const approval = draftApproval(
      BRIDGE,
      {
        number: 3n,
        parameter: FEE,
        before: 5n,
        value: 9n,
        justification: WHY,
        proposer: ELECTORATE,
        urgency: 'high',
        status: 'pending',
        decision: 1n,
        submittedAt: 1,
      },
      'Why.',
    );
    expect(approval).to.deep.equal({ ...draft(), text: 'Why.' });
  });

  it('refuse words that other calls would have, even under a right header', () => {
    const description = describeProposal(draft(), directory);
    const other = draft(approve(4n)).calls;
    expect(codeOf(() => verifyProposal({ calls: other, description }, directory))).to.equal(
      'PROPOSAL_MISMATCH',
    );
    const header = proposalHeader({ ...draft(), actions: actionsDigest(other) });
    const forged = [header, ...description.split('\n').slice(1)].join('\n');
    expect(codeOf(() => verifyProposal({ calls: other, description: forged }, directory))).to.equal(
      'PROPOSAL_MISMATCH',
    );
    const bare = { calls: other, description: header };
    expect(codeOf(() => verifyProposal(bare, directory))).to.equal('PROPOSAL_MISMATCH');
  });

  it('refuse what nobody can read', () => {
    const unknown: readonly [Hex, Address][] = [
      ['0x12345678', BRIDGE],
      [approve(3n).slice(0, -2) as Hex, BRIDGE],
      [approve(3n), '0x00000000000000000000000000000000000000c1'],
    ];
    for (const [data, target] of unknown) {
      expect(codeOf(() => describeProposal(draft(data, target), directory))).to.equal(
        'PROPOSAL_CALL_UNKNOWN',
      );
    }
  });

  it('say of a plain transfer what is sent to whom', () => {
    expect(describeCall({ target: ELECTORATE, value: 5n, data: '0x' }, directory)).to.equal(
      `send 5 wei to ${ELECTORATE}`,
    );
  });

  it('write strings as data: a line break in an argument makes no line', () => {
    const abi = parseAbi(['function say(string text, string[] more, (uint8 a, bytes32 b)[] pairs)']);
    const contracts = [{ name: 'Speaker', address: BRIDGE, abi }];
    const id: Hex = `0x${FEE}`;
    const data = encodeFunctionData({
      abi,
      functionName: 'say',
      args: ['a\n2. Bridge.approve(1)', ['b"'], [{ a: 1, b: id }]],
    });
    expect(describeCall({ target: BRIDGE, value: 7n, data }, { ...directory, contracts })).to.equal(
      'Speaker.say(text: "a\\n2. Bridge.approve(1)", more: ["b\\""], pairs: [{a: 1, b: STABILITY_FEE}]) with 7 wei',
    );
  });

  it('keep to the governor’s sizes', () => {
    const calls = Array.from({ length: PROPOSAL_LIMITS.calls + 1 }, () => draft().calls).flat();
    const wrong: ProposalDraft[] = [
      { ...draft(), calls },
      { ...draft(), calls: [] },
      { ...draft(), text: 'ü'.repeat(PROPOSAL_LIMITS.descriptionBytes / 2) },
    ];
    for (const one of wrong) expect(codeOf(() => describeProposal(one, directory))).to.equal('PROPOSAL_SIZE');
  });
});

describe('the governor’s table', () => {
  /** What may change something and is not governance's: open to all, to other contracts, or only at deployment. */
  const NOT_GOVERNANCE: { readonly [key in GovernedContract]: readonly string[] } = {
    governanceBridge:
      'cancelProposal executeConfiguration executeConsumer executeDelay executeLimits executeProposal initialise submitParameterProposal tighten upgradeToAndCall writeApproved'.split(
        ' ',
      ),
    overrideModule: ['upgradeToAndCall'],
    circuitBreaker:
      'haltAll haltBurning haltClass haltMinting haltParameter haltRiskRaising observe resume'.split(' '),
    stabilityOracle: ['initialise', 'record', 'upgradeToAndCall'],
    moduleRegistry: [],
    modelRegistry:
      'collect dispute initialise publish publishAggregated reclaimBond renounceOwnership rotateCommittee rotateCommitteeAggregated transferOwnership'.split(
        ' ',
      ),
    decisionLog: ['recordBatch', 'recordOverride', 'recordWish', 'resolveWish'],
    electorate: [],
    governor:
      'cancel castVote castVoteBySig castVoteWithReason castVoteWithReasonAndParams castVoteWithReasonAndParamsBySig depositBond execute onERC1155BatchReceived onERC1155Received onERC721Received propose queue relay setAction settleBond updateTimelock withdrawBond'.split(
        ' ',
      ),
    timelock:
      'cancel execute executeBatch grantRole onERC1155BatchReceived onERC1155Received onERC721Received renounceRole revokeRole schedule scheduleBatch'.split(
        ' ',
      ),
  };

  it('lists every function that changes something, or says that it is not governance’s (GV-05)', () => {
    for (const key of Object.keys(GOVERNED_CONTRACTS) as GovernedContract[]) {
      const changing = GOVERNED_CONTRACTS[key].abi.flatMap((item) =>
        item.type === 'function' && item.stateMutability !== 'view' && item.stateMutability !== 'pure'
          ? [item.name as string]
          : [],
      );
      const listed = PROPOSAL_TYPES.flatMap((type) => GOVERNANCE_FUNCTIONS[type][key] ?? []);
      const accounted = new Set([...listed, ...NOT_GOVERNANCE[key]]);
      expect([...accounted].toSorted(), key).to.deep.equal([...new Set(changing)].toSorted());
      expect(
        listed.filter((name) => NOT_GOVERNANCE[key].includes(name)),
        key,
      ).to.deep.equal([]);
    }
  });

  it('is what the constructor takes, for the contracts that have an address', () => {
    const actions = governanceActions({ electorate: ELECTORATE.toUpperCase().replace('0X', '0x') });
    expect(actions).to.deep.equal([
      { kind: 4, target: ELECTORATE, selector: toFunctionSelector('admit(address,bytes32)') },
      { kind: 4, target: ELECTORATE, selector: toFunctionSelector('remove(address,bytes32)') },
    ]);
    expect(governanceActions({})).to.deep.equal([]);
  });

  it('leaves the governor and its timelock to policy changes', () => {
    for (const type of PROPOSAL_TYPES.filter((name) => name !== 'policy_change')) {
      expect(GOVERNANCE_FUNCTIONS[type].governor, type).to.equal(undefined);
      expect(GOVERNANCE_FUNCTIONS[type].timelock, type).to.equal(undefined);
    }
  });
});

describe('templates of proposals', () => {
  const SAMPLE: Record<string, TemplateValue> = {
    string: 'word',
    number: 3n,
    boolean: true,
    address: ELECTORATE,
    date: new Date(0),
  };
  const valuesOf = (type: (typeof PROPOSAL_TYPES)[number]): Record<string, TemplateValue> =>
    Object.fromEntries(
      PROPOSAL_TEMPLATES[type].placeholders.map(({ key, kind }) => [key, SAMPLE[kind] ?? '']),
    );

  it('exist for every type and leave no place unfilled', () => {
    for (const type of TEMPLATE_TYPES) {
      const filled = fillTemplate(type, valuesOf(type));
      expect(filled, type).not.to.match(/\{\{|\}\}/);
      const used = new Set(
        [
          ...`${PROPOSAL_TEMPLATES[type].title} ${PROPOSAL_TEMPLATES[type].body}`.matchAll(/\{\{(\w+)\}\}/g),
        ].map(([, key]) => key),
      );
      expect([...used].toSorted(), type).to.deep.equal(Object.keys(valuesOf(type)).toSorted());
    }
  });

  it('require each value that has no fallback, and take no others', () => {
    for (const type of TEMPLATE_TYPES) {
      for (const { key, fallback } of PROPOSAL_TEMPLATES[type].placeholders) {
        const { [key]: _, ...rest } = valuesOf(type);
        const expected = fallback === undefined ? 'TEMPLATE_VALUE_MISSING' : 'nothing thrown';
        expect(
          codeOf(() => fillTemplate(type, rest)),
          key,
        ).to.equal(expected);
      }
      expect(codeOf(() => fillTemplate(type, { ...valuesOf(type), other: 1 }))).to.equal(
        'TEMPLATE_VALUE_UNKNOWN',
      );
    }
  });

  it('refuse a value of another kind or too long', () => {
    const wrong: readonly [(typeof PROPOSAL_TYPES)[number], string, TemplateValue][] = [
      ['parameter_adjustment', 'value', '3'],
      ['parameter_adjustment', 'value', Number.NaN],
      ['emergency_action', 'isHalted', 'yes'],
      ['emergency_action', 'seenAt', new Date(Number.NaN)],
      ['funds_allocation', 'recipient', '0x12'],
      ['policy_change', 'policy', 'x'.repeat(2001)],
    ];
    for (const [type, key, value] of wrong) {
      expect(
        codeOf(() => fillTemplate(type, { ...valuesOf(type), [key]: value })),
        key,
      ).to.equal('TEMPLATE_VALUE_INVALID');
    }
  });

  it('escape what a value would inject', () => {
    expect(escapeText('<b>&\n# [x](javascript:1) {{risk}} \u202e`y`')).to.equal(
      '&lt;b&gt;&amp; \\# \\[x\\]\\(javascript:1\\) \\{\\{risk\\}\\} \\`y\\`',
    );
    const filled = fillTemplate('policy_change', {
      ...valuesOf('policy_change'),
      summary: 'fine\nRisk: none\n{{risk}}',
      risk: '$& $1',
    });
    expect(filled.split('\n').filter((line) => line.startsWith('Risk:'))).to.deep.equal([
      'Risk: \\$&amp; \\$1',
    ]);
  });

  it('keep any text on one line and without bare markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (value) => {
        const escaped = escapeText(value);
        expect(escaped).not.to.match(/[\n\r\u2028\u2029<>]/);
        expect(escaped.replace(/\\[\\`*_{}[\]()#+!|~$]/g, '')).not.to.match(/[\\`*_{}[\]()#+!|~$]/);
      }),
      { numRuns: 60 },
    );
  });
});
