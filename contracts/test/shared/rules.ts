import { encodeAbiParameters, encodeErrorResult, type Hex, keccak256, zeroHash } from 'viem';
import { DRIFT_DAYS, worstDrift } from '../../client/drift.ts';
import { ContractRevertError } from '../../client/errors.ts';
import { parameterRegistryAbi } from '../../client/generated/parameter-registry.ts';
import { encodeLimits, type ParameterLimits, type RiskDirection } from '../../client/parameter-limits.ts';
import { bandOf, budgetLeft, changeParameter, type ParameterMotion } from '../../client/parameter-rules.ts';
import { PARAMETER_SETTINGS, type ParameterSetting } from '../../client/parameter-settings.ts';
import { parameterId } from '../../client/parameters.ts';
import { wordFromDigest } from '../../client/words.ts';

const AMOUNT = 'uint64';
const LIMITS = {
  type: 'tuple',
  components: [
    ...['min', 'max', 'stepUp', 'stepDown', 'budgetUp', 'budgetDown'].map((name) => ({ name, type: AMOUNT })),
    { name: 'cooldown', type: 'uint32' },
    { name: 'window', type: 'uint32' },
    { name: 'risk', type: 'uint8' },
    { name: 'class', type: 'uint8' },
    { name: 'isWired', type: 'bool' },
  ],
} as const;
const STEPS = {
  type: 'tuple[]',
  components: [
    { name: 'at', type: 'uint40' },
    { name: 'value', type: AMOUNT },
    { name: 'severity', type: 'uint8' },
    { name: 'refusal', type: 'bytes32' },
    { name: 'raisedAt', type: 'uint40' },
    { name: 'upDrainedAt', type: 'uint40' },
    { name: 'downDrainedAt', type: 'uint40' },
  ],
} as const;

/** When the parameter is configured, Unix seconds. */
const START = 1_800_000_000n;
const PARAMETER = parameterId('STABILITY_FEE');
const SEQUENCES = 12;
const STEPS_OF_EACH = 28;
const RISKS: readonly RiskDirection[] = ['both', 'up', 'down'];

/** Numbers of a fixed seed (Lehmer 1951, modulus 2^31 - 1). */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

function refusalOf(error: unknown): Hex {
  if (!(error instanceof ContractRevertError)) throw error;
  const item = parameterRegistryAbi.find((entry) => entry.type === 'error' && entry.name === error.errorName);
  if (item?.type !== 'error') throw new Error(`the registry has no error ${error.errorName}`);
  const args = item.inputs.map(({ name }) =>
    name === 'id' ? wordFromDigest(String(error.args.id)) : error.args[name],
  );
  return encodeErrorResult({ abi: parameterRegistryAbi, errorName: item.name, args: args as never });
}

/** A parameter under random limits that is pushed about: what each push meets, and what it leaves. */
function sequence(seed: number): Hex {
  const draw = draws(seed + 1);
  const limits: ParameterLimits = {
    min: BigInt(draw(400)),
    max: BigInt(600 + draw(400)),
    stepUp: BigInt(draw(6) === 0 ? 0 : 10 + draw(120)),
    stepDown: BigInt(10 + draw(120)),
    budgetUp: BigInt(draw(8) === 0 ? 0 : 60 + draw(300)),
    budgetDown: BigInt(60 + draw(300)),
    cooldownSeconds: draw(4) === 0 ? 0 : draw(40_000),
    windowSeconds: 3_600 + draw(600_000),
    risk: RISKS[draw(3)] ?? 'both',
    haltClass: 0,
    isWired: false,
  };
  const initial = 500n;
  let motion: ParameterMotion = { value: initial, raisedAt: START, upDrainedAt: 0n, downDrainedAt: 0n };
  let now = START;
  const steps = Array.from({ length: STEPS_OF_EACH }, () => {
    now += BigInt(draw(3) === 0 ? draw(400_000) : draw(30_000));
    const severity = draw(4) === 0 ? draw(5) : 0;
    const value = aim(draw, motion, limits, now);
    let refusal: Hex = zeroHash;
    try {
      motion = changeParameter(PARAMETER, motion, limits, bandOf(limits, initial, severity), { value, now });
    } catch (error) {
      refusal = keccak256(refusalOf(error));
    }
    const { raisedAt, upDrainedAt, downDrainedAt } = motion;
    return {
      at: Number(now),
      value,
      severity,
      refusal,
      raisedAt: Number(raisedAt),
      upDrainedAt: Number(upDrainedAt),
      downDrainedAt: Number(downDrainedAt),
    };
  });
  return encodeAbiParameters([LIMITS, { type: AMOUNT }, STEPS], [encodeLimits(limits), initial, steps]);
}

/** A value near what just passes or just does not: the edges are where two implementations part. */
function aim(
  draw: (below: number) => number,
  { value, upDrainedAt, downDrainedAt }: ParameterMotion,
  limits: ParameterLimits,
  now: bigint,
): bigint {
  const rises = draw(2) === 0;
  const [step, budget, drainedAt] = rises
    ? [limits.stepUp, limits.budgetUp, upDrainedAt]
    : [limits.stepDown, limits.budgetDown, downDrainedAt];
  const left = budgetLeft(drainedAt, budget, BigInt(limits.windowSeconds), now);
  const sizes = [step, left, BigInt(draw(150)), rises ? limits.max - value : value - limits.min, 0n];
  const size = (sizes[draw(sizes.length)] ?? 0n) + BigInt(draw(3)) - 1n;
  const aimed = rises ? value + size : value - size;
  return aimed < 0n ? 0n : aimed;
}

/** What a captured quorum does to a parameter: its drift up and down in each span. */
function drift(setting: ParameterSetting): Hex {
  const limits = encodeLimits({ ...setting.limits, isWired: false });
  const drifts = [true, false].flatMap((rises) =>
    DRIFT_DAYS.map((days) => worstDrift(setting, rises, days, true)),
  );
  const { week, month } = setting.drift;
  return encodeAbiParameters(
    [LIMITS, { type: AMOUNT }, { type: 'uint64[6]' }, { type: 'uint64[2]' }],
    [
      limits,
      setting.initial,
      drifts as unknown as [bigint, bigint, bigint, bigint, bigint, bigint],
      [week, month],
    ],
  );
}

/** Sequences of changes and what becomes of them, and the drifts of the default settings, ABI-encoded. */
export function ruleVectors(): unknown {
  return {
    sequences: Array.from({ length: SEQUENCES }, (_, i) => sequence(i)),
    drifts: PARAMETER_SETTINGS.map((setting) => ({ name: setting.name, vector: drift(setting) })),
  };
}
