import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ballastGovernorBytecode } from '../client/generated/ballast-governor.ts';
import { boundedAutonomyControllerBytecode } from '../client/generated/bounded-autonomy-controller.ts';
import { circuitBreakerBytecode } from '../client/generated/circuit-breaker.ts';
import { decisionLogBytecode } from '../client/generated/decision-log.ts';
import { electorateBytecode } from '../client/generated/electorate.ts';
import { feedPriceSourceBytecode } from '../client/generated/feed-price-source.ts';
import { governanceBridgeBytecode } from '../client/generated/governance-bridge.ts';
import { modelRegistryBytecode } from '../client/generated/model-registry.ts';
import { moduleProxyBytecode } from '../client/generated/module-proxy.ts';
import { moduleRegistryBytecode } from '../client/generated/module-registry.ts';
import { nodeRegistryBytecode } from '../client/generated/node-registry.ts';
import { overrideModuleBytecode } from '../client/generated/override-module.ts';
import { parameterRegistryBytecode } from '../client/generated/parameter-registry.ts';
import { referenceCoreBytecode } from '../client/generated/reference-core.ts';
import { slasherBytecode } from '../client/generated/slasher.ts';
import { stabilityOracleBytecode } from '../client/generated/stability-oracle.ts';
import { timelockBytecode } from '../client/generated/timelock.ts';
import { runForge } from './run-forge.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const LEAST_TESTS = 60;
/** Of what a call may cost more, or less, than when its gas was last written down. */
const GAS_TOLERANCE = 0.03;

type Suites = Record<string, { test_results: Record<string, { status: string; reason: string | null }> }>;

describe('forge', function () {
  this.timeout(300_000);

  it('passes all Solidity tests', async () => {
    const stdout = await runForge('test', '--json', '--allow-failure');
    const suites = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Suites;
    const results = Object.entries(suites).flatMap(([suite, { test_results }]) =>
      Object.entries(test_results).map(([test, { status, reason }]) => ({
        test: `${suite} ${test}`,
        status,
        reason,
      })),
    );
    expect(results.filter(({ status }) => status !== 'Success')).to.deep.equal([]);
    expect(results.length).to.be.at.least(LEAST_TESTS);
  });

  it('finds that calls cost what they did', async () => {
    rmSync(join(root, 'contracts', 'cache', 'snapshots'), { recursive: true, force: true });
    // forge writes no snapshots where it answers in JSON, as it does above.
    await runForge('test', '--match-path', 'contracts/test/GasSnapshot.t.sol');
    const read = (...path: string[]) => {
      const text = readFileSync(join(root, 'contracts', ...path), 'utf8');
      return Object.entries(JSON.parse(text) as Record<string, number | string>);
    };
    const before = new Map(read('test', 'gas', 'snapshot.json'));
    const now = read('cache', 'snapshots', 'gas.json');
    const beyond = now.filter(([call, gas]) => {
      const change = Number(gas) / Number(before.get(call)) - 1;
      return !(Math.abs(change) <= GAS_TOLERANCE);
    });
    const hint =
      'where that is meant, write it into contracts/test/gas/snapshot.json, and what it makes wrong in docs';
    expect(beyond, hint).to.deep.equal([]);
    expect(now.map(([call]) => call)).to.have.members([...before.keys()]);
  });

  it('tests the code that the client deploys', () => {
    const deployed = {
      NodeRegistry: nodeRegistryBytecode,
      ModuleRegistry: moduleRegistryBytecode,
      GovernanceBridge: governanceBridgeBytecode,
      Timelock: timelockBytecode,
      Electorate: electorateBytecode,
      BallastGovernor: ballastGovernorBytecode,
      ModelRegistry: modelRegistryBytecode,
      ParameterRegistry: parameterRegistryBytecode,
      DecisionLog: decisionLogBytecode,
      OverrideModule: overrideModuleBytecode,
      ModuleProxy: moduleProxyBytecode,
      BoundedAutonomyController: boundedAutonomyControllerBytecode,
      CircuitBreaker: circuitBreakerBytecode,
      FeedPriceSource: feedPriceSourceBytecode,
      StabilityOracle: stabilityOracleBytecode,
      ReferenceCore: referenceCoreBytecode,
      Slasher: slasherBytecode,
    };
    for (const [name, bytecode] of Object.entries(deployed)) {
      const artifact = readFileSync(join(root, 'contracts', 'out', `${name}.sol`, `${name}.json`), 'utf8');
      const tested = (JSON.parse(artifact) as { bytecode: { object: string } }).bytecode.object;
      expect(tested === bytecode, `${name}: forge compiled other code`).to.equal(true);
    }
  });
});
