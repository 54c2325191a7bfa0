import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isSignedBy, signRoundDecision } from '../../contracts/client/signatures.ts';
import { roundDecisionDigest } from '../../contracts/client/typed-data.ts';
import { entryDigest } from '../../coordinator/entry.ts';
import {
  aggregatorOf,
  createCommittee,
  genesisHead,
  leaderOf,
  NO_STATE,
  Participant,
} from '../../coordinator/index.ts';
import { openKeystore } from '../../node/keys/index.ts';
import { createRoundTrainer } from '../../node/runtime/round-trainer.ts';
import { systemClock } from '../../node/runtime/system-clock.ts';
import { LevelStore } from '../../node/store/index.ts';
import { PrivacyLedger } from '../../privacy/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { layoutHash } from '../../protocol/layout.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { Calls } from './calls.ts';
import { Heights } from './heights.ts';
import type { FromMember, MemberArguments, ToMember } from './ipc.ts';
import { mutated, mutatedWitness } from './mutants.ts';
import { releasedBodies } from './released.ts';
import { DOMAIN, LAYOUT, NETWORK, PARAMETERS, PASSWORD, SIZE } from './terms.ts';

/**
 * One member of a committee as a process of its own, to be killed at any moment: keystore, database, privacy ledger,
 * voting record and participant are those of a node; the hub that started it carries its messages and makes blocks.
 */
async function main({ folder, seed, members, mutant }: MemberArguments): Promise<void> {
  const tell = (message: FromMember): void => {
    process.send?.(message);
  };
  const identity = await openKeystore(join(folder, 'keystore.json'), PASSWORD);
  const store = await LevelStore.open(join(folder, 'db'));
  const stores = mutated(mutant, { round: store.sub('round'), ledger: store.sub('ledger') });
  const ledger = await PrivacyLedger.open(stores.ledger, PARAMETERS.privacy);
  const genesisWeights = new Float64Array(SIZE);
  const committee = createCommittee(0, members);
  const heights = new Heights(seed);
  const calls = new Calls(tell);

  const fail = (error: unknown): void => {
    const code = error instanceof BallastError ? error.code : 'UNEXPECTED';
    tell({
      type: 'failed',
      code,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  };
  const participant: Participant = await Participant.open(
    {
      network: NETWORK,
      parameters: PARAMETERS,
      layout: layoutHash(LAYOUT),
      size: SIZE,
      committee,
      genesis: genesisHead(NETWORK, weightsDigest(genesisWeights), 1, NO_STATE),
      genesisWeights,
    },
    {
      store: stores.round,
      signer: identity.signer,
      commitScheme: {
        sign: (decision) => signRoundDecision(identity.account, DOMAIN, decision),
        verify: (decision, signer, signature) =>
          isSignedBy(roundDecisionDigest(DOMAIN, decision), signature, signer),
      },
      aggregator: aggregatorOf(PARAMETERS),
      clock: systemClock(),
      transport: {
        ...calls.transport,
        broadcast: (_topic, bytes) => tell({ type: 'said', bytes }),
        fetchWitness: mutatedWitness(mutant, calls.transport.fetchWitness),
      },
      beacon: heights,
      evaluator: { judge: async () => 'accepted' },
      trainer: createRoundTrainer(PARAMETERS, {
        ledger,
        store: stores.round,
        clock: { training: () => ({ from: 0, to: 1 }) },
        randomBytes: (length) => Uint8Array.from(randomBytes(length)),
        emit: () => undefined,
        now: () => performance.now(),
        trainLocally: async (weights) => weights.map((weight, i) => (i / SIZE - weight) / 10),
      }),
    },
    {
      onPhase: (round, phase) => {
        const { order, view } = participant.state;
        const leads = order.length > 0 && leaderOf(order, view) === identity.nodeId;
        tell({ type: 'phase', round, phase, leads });
      },
      onDecided: ({ certificate: { entry } }) =>
        tell({
          type: 'decided',
          round: entry.round,
          entry: entryDigest(entry),
          nextBeaconHeight: entry.nextBeaconHeight,
        }),
      onError: fail,
    },
  );

  const head = participant.head.round;
  const released = await releasedBodies(ledger, identity.nodeId, head + 2);
  tell({ type: 'opened', head, released, debits: ledger.position().count, epsilon: ledger.spent().epsilon });

  process.on('message', (message: ToMember) => {
    if (message.type === 'hear') participant.receive(Uint8Array.from(message.bytes));
    if (message.type === 'answer') calls.settle(message);
    if (message.type === 'asked') calls.serve(message, participant).catch(fail);
    if (message.type === 'height') {
      heights.rise(message.height);
      participant.onFinalized(message.height);
    }
  });
  process.on('unhandledRejection', fail);
  participant.start();
}

// A process that waits has loaded its code; its life begins when it is told who it is.
process.on('disconnect', () => process.exit());
process.once('message', (message: ToMember) => {
  if (message.type !== 'begin') return;
  main(message.member).catch((error: unknown) => {
    const code = error instanceof BallastError ? error.code : 'UNEXPECTED';
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.send?.({ type: 'failed', code, message: text } satisfies FromMember, () => process.exit(1));
  });
});
