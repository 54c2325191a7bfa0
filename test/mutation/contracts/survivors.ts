import type { Survivor } from '../survivors.ts';

/** Every mutant of a contract that no test can kill, reviewed so far. One that is killed after all must go from the list. */
export const CONTRACT_SURVIVORS: readonly Survivor[] = [
  {
    path: 'contracts/src/ParameterRegistry.sol',
    code: 'parameter.hot = Hot(value, uint40(block.timestamp), 0, 0, 0, 0);',
    change: '0 → 1',
    reason: 'the second 1970-01-01T00:00:01 has passed as well',
    nth: 1,
  },
  {
    path: 'contracts/src/ParameterRules.sol',
    code: 'return ends > window ? ends - window : 0;',
    change: '0 → 1',
    reason: 'the second 1970-01-01T00:00:01 has passed as well',
  },
  {
    path: 'contracts/src/ModelDisputes.sol',
    code: 'if (end > first) first = uint64(end);',
    change: '> → >=',
    reason: 'where both are equal the assignment changes nothing',
  },
  {
    path: 'contracts/src/governance/BridgeDelay.sol',
    code: 'if (given > current) {',
    change: '> → >=',
    reason: 'an equal delay is refused in the line above',
  },
  {
    path: 'contracts/src/governance/ParameterProposals.sol',
    code: 'bool rises = value > before;',
    change: '> → >=',
    reason: 'an equal value has the size 0, which is refused either way',
  },
  {
    path: 'contracts/src/ModelDisputes.sol',
    code: 'if (isReviewing) review.active = review.candidate;',
    change: 'if always',
    reason: 'what is not under review is Active: both are the same version',
  },
  {
    path: 'contracts/src/CircuitBreaker.sol',
    code: 'if (held > state.calmLevel) state.calmLevel = held;',
    change: '> → >=',
    reason: 'where both are equal the assignment changes nothing',
  },
  {
    path: 'contracts/src/ParameterRegistry.sol',
    code: /^if \(raises && ready < uint256\(hot\.raisedAt\)/,
    change: '< → <=',
    reason: 'where both are equal the assignment changes nothing',
  },
  {
    path: 'contracts/src/ParameterRegistry.sol',
    code: 'return number > type(uint32).max ? 0 : uint32(number);',
    change: '> → >=',
    reason: 'one record in four thousand million, whose number is then not kept',
  },
  {
    path: 'contracts/src/ParameterRules.sol',
    code: 'return ends > window ? ends - window : 0;',
    change: '> → >=',
    reason: 'where both are equal the difference is 0',
  },
];
