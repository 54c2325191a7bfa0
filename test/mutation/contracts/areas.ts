/** Contracts that are mutated together with what they are made of, and the forge tests that are to notice. */
export type ContractArea = {
  /** The deployed contract that a change reaches. */
  readonly contract: string;
  /** Files of contracts/src, without the ending. */
  readonly files: readonly string[];
  /** Names of files of contracts/test, without the ending; the quickest to notice first. */
  readonly tests: readonly string[];
};

/** The five core contracts, the decision log, the override module and the disputes. */
export const CONTRACT_AREAS: readonly ContractArea[] = [
  {
    contract: 'ModelRegistry',
    files: ['ModelRegistry', 'ModelDisputes', 'AggregateVotes', 'CommitteeVotes'],
    tests: [
      'ModelRegistry',
      'ModelDisputes',
      'CommitteeRotation',
      'AggregateVotes',
      'UpdateInclusion',
      'StabilityFeeReader',
    ],
  },
  {
    contract: 'GovernanceBridge',
    files: [
      'GovernanceBridge',
      'governance/BridgeDelay',
      'governance/LimitChanges',
      'governance/LimitComparison',
      'governance/ParameterProposals',
    ],
    tests: ['BridgeEvents', 'BridgeBounds', 'GovernanceBridge', 'ParameterProposals', 'Governance'],
  },
  { contract: 'OverrideModule', files: ['OverrideModule', 'Module'], tests: ['OverrideModule'] },
  {
    contract: 'CircuitBreaker',
    files: [
      'CircuitBreaker',
      'BoundedCall',
      'breaker/Halts',
      'breaker/Settings',
      'breaker/Severity',
      'breaker/VoteRing',
    ],
    tests: [
      'CircuitBreaker',
      'Halts',
      'BreakerSettings',
      'BreakerEvents',
      'BreakerWrites',
      'BreakerResumption',
    ],
  },
  {
    contract: 'DecisionLog',
    files: ['DecisionLog'],
    tests: ['DecisionLog', 'OverrideModule', 'ParameterRecords', 'ParameterRegistry'],
  },
  {
    contract: 'ParameterRegistry',
    files: ['ParameterRegistry', 'ParameterRules', 'PackedLimits'],
    tests: [
      'ParameterRules',
      'ParameterRegistry',
      'ParameterBand',
      'ParameterReentrancy',
      'ParameterAllowance',
      'ParameterRecords',
      'OverrideModule',
      'BoundedAutonomyController',
      'Recommendations',
      'TypedRefusals',
    ],
  },
  {
    contract: 'BoundedAutonomyController',
    files: ['BoundedAutonomyController', 'CommitteeVotes', 'Quorum'],
    tests: ['BoundedAutonomyController', 'Recommendations', 'ParameterHash', 'Quorum'],
  },
];
