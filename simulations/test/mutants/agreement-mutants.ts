import type { Mutant } from './mutant.ts';

const VIEWS = 'coordinator/round/views.ts';
const VOTE = 'coordinator/round/vote.ts';
const PROPOSAL = 'coordinator/round/proposal.ts';
const SOUND = 'coordinator/round/view-changes.ts';

/** What a checker of the agreement must notice. Where an edit no longer fits the code, it follows the code. */
export const AGREEMENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'removed-lock',
    breaks: 'view changes say nothing of the lock',
    edits: [{ path: VIEWS, find: 'payload: { lock: state.lock,', replace: 'payload: { lock: null,' }],
  },
  {
    name: 'forgotten-lock',
    breaks: 'a quorum of prepares does not lock',
    edits: [
      {
        path: VOTE,
        find: 'turn.change({ committed: true, lock });',
        replace: 'turn.change({ committed: true });',
      },
    ],
  },
  {
    name: 'replaced-lock',
    breaks: 'a leader may propose another entry than the one that is locked',
    edits: [
      {
        path: PROPOSAL,
        find: 'if (entryDigest(lock.entry) !== entryDigest(entry)) {',
        replace: 'if (false) {',
      },
    ],
  },
  {
    name: 'quorum-2f+1',
    breaks: 'q = 2F + 1, which is enough for N = 3F + 1 alone',
    edits: [
      {
        path: 'protocol/quorum.ts',
        find: 'Math.ceil((size + faultsTolerated(size) + 1) / 2)',
        replace: '2 * faultsTolerated(size) + 1',
      },
    ],
  },
  {
    name: 'quorum-f+1',
    breaks: 'q = F + 1',
    edits: [
      {
        path: 'protocol/quorum.ts',
        find: 'Math.ceil((size + faultsTolerated(size) + 1) / 2)',
        replace: 'faultsTolerated(size) + 1',
      },
    ],
  },
  {
    name: 'early-vote',
    breaks: 'votes are sent before they are on disk',
    edits: [
      {
        path: 'coordinator/voting-record.ts',
        find: '    await this.#store.write(operations);\n    this.#sequence = seq;',
        replace: '    void this.#store.write(operations);\n    this.#sequence = seq;',
      },
    ],
  },
  {
    name: 'late-lock',
    breaks: 'a commit vote is sent before its lock is on disk',
    edits: [
      {
        path: VOTE,
        find: "      { type: 'store-lock', round: state.round, lock },\n      { type: 'broadcast', message: 'commit', round: state.round, view: state.view, payload: { entry } },\n",
        replace:
          "      { type: 'broadcast', message: 'commit', round: state.round, view: state.view, payload: { entry } },\n      { type: 'store-lock', round: state.round, lock },\n",
      },
    ],
  },
  {
    name: 'certificate-in-log',
    breaks: 'the log links certificates, so that two quorums for one entry make two logs',
    edits: [
      {
        path: 'coordinator/round/step.ts',
        find: 'headAfter(certificate.entry)',
        replace:
          "{ ...headAfter(certificate.entry), entry: digestOf('ballast/mutant', certificate as never) }",
      },
      {
        path: 'coordinator/round/step.ts',
        find: "import type { Lock } from '../../protocol/messages.ts';",
        replace:
          "import { digestOf } from '../../protocol/digest.ts';\nimport type { Lock } from '../../protocol/messages.ts';",
      },
    ],
  },
  {
    name: 'no-recomputation',
    breaks: 'what the leader proposes is prepared unseen',
    edits: [
      {
        path: VOTE,
        find: 'proposal.basis === undefined ? proposal.entry : recomputed(turn, proposal, proposal.basis);',
        replace: 'proposal.entry;',
      },
    ],
  },
  {
    name: 'few-reports',
    breaks: 'a proposal may rest on fewer reports than a quorum',
    edits: [
      {
        path: PROPOSAL,
        find: 'if (members.length < committee.quorum) {',
        replace: "if (members.length < (type === 'view-change' ? committee.quorum : 1)) {",
      },
    ],
  },
  {
    name: 'any-leader',
    breaks: 'whoever proposes leads',
    edits: [
      {
        path: PROPOSAL,
        find: 'if (message.sender !== leaderOf(state.order, state.view)) {',
        replace: 'if (false) {',
      },
    ],
  },
  {
    name: 'unchecked-commit',
    breaks: "commit votes' signatures are not checked",
    edits: [
      {
        path: 'coordinator/certificate.ts',
        find: 'valid.push(await scheme.verify(decision, member.signer, signature));',
        replace: 'valid.push(true);',
      },
      {
        path: 'coordinator/certificate.ts',
        find: '!(await scheme.verify(decision, member.signer, signature))',
        replace: 'false',
      },
    ],
  },
  {
    name: 'unchecked-view-change',
    breaks: 'view changes are not checked',
    edits: [
      {
        path: SOUND,
        find: '  const { lock, prepare } = message.payload;\n  if (prepare !== null) {',
        replace:
          '  const { lock, prepare } = message.payload;\n  if (message.round > 0) return true;\n  if (prepare !== null) {',
      },
    ],
  },
  {
    name: 'unchecked-lock',
    breaks: 'a lock needs no quorum of prepares',
    edits: [{ path: SOUND, find: 'counted.length >= committee.quorum;', replace: 'counted.length > 0;' }],
  },
  {
    name: 'lonely-views',
    breaks: 'a node that is alone goes on from view to view',
    edits: [
      {
        path: VIEWS,
        find: 'there < context.committee.quorum',
        replace: 'there < 1',
      },
    ],
  },
];
