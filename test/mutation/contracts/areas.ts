/** Contracts that are mutated together with what they are made of, and the forge tests that are to notice. */
export type ContractArea = {
  /** The deployed contract that a change reaches. */
  readonly contract: string;
  /** Files of contracts/src, without the ending. */
  readonly files: readonly string[];
  /** Names of files of contracts/test, without the ending; the quickest to notice first. */
  readonly tests: readonly string[];
};

/** The five core contracts, the decision log and the override module. */
export const CONTRACT_AREAS: readonly ContractArea[] = [
  {
    contract: 'ParameterRegistry',
    files: ['ParameterRegistry', 'ParameterRules', 'PackedLimits'],
    tests: [
      'ParameterRules',
      'ParameterRegistry',
      'OverrideModule',
      'BoundedAutonomyController',
      'Recommendations',
    ],
  },
  {
    contract: 'BoundedAutonomyController',
    files: ['BoundedAutonomyController', 'CommitteeVotes', 'Quorum', 'Module'],
    tests: ['BoundedAutonomyController', 'Recommendations', 'ParameterHash', 'Quorum'],
  },
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
    tests: ['CircuitBreaker', 'Halts', 'BreakerSettings'],
  },
  {
    contract: 'ModelRegistry',
    files: ['ModelRegistry'],
    tests: ['ModelRegistry', 'CommitteeRotation', 'AggregateVotes', 'UpdateInclusion', 'StabilityFeeReader'],
  },
  {
    contract: 'DecisionLog',
    files: ['DecisionLog'],
    tests: ['DecisionLog', 'OverrideModule', 'ParameterRegistry'],
  },
  { contract: 'OverrideModule', files: ['OverrideModule'], tests: ['OverrideModule'] },
];
