import { expect } from 'chai';
import fc from 'fast-check';
import { domainHash } from '../../protocol/digest.ts';
import { nodeSigner } from '../../protocol/ed25519.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { releaseEvent } from '../events.ts';
import { PrivacyLedger } from '../ledger.ts';
import { gaussianPart } from '../ledger-cost.ts';
import {
  exportLedger,
  MAX_EXPORT_BYTES,
  requireExportContinues,
  verifyLedgerExport,
} from '../ledger-export.ts';
import { type Debit, debitBody, readDebit, recordChecksum } from '../ledger-records.ts';
import type { PrivacyPolicy } from '../policy.ts';
import { MemoryStore, refusal, seededBytes } from './support.ts';

const policy: PrivacyPolicy = { unit: 'record', relation: 'replace', epsilonBudget: 8, delta: 1e-5 };
const signer = nodeSigner(seededBytes('export')(32));
const other = nodeSigner(seededBytes('another')(32));
const SECRET = 'the released bytes';

async function ledgerOf(rounds: number, first = 'round/1') {
  const ledger = await PrivacyLedger.open(new MemoryStore(), policy);
  for (let round = 1; round <= rounds; round++) {
    const event = releaseEvent({
      unit: 'record',
      relation: 'replace',
      noiseMultiplier: 19 + round,
      releases: 2,
    });
    const key = round === 1 ? first : `round/${round}`;
    await ledger.commit({ key, event, bytes: new TextEncoder().encode(`${SECRET} ${round}`) });
  }
  return ledger;
}

type Fields = { readonly [key: string]: Encodable };
const fieldsOf = (bytes: Uint8Array) => decodeCanonical(bytes) as Fields;

/** Signed by the node itself, whatever it says. */
function signed(fields: Fields, by = signer): Uint8Array {
  const { sig: _, ...body } = fields;
  const sig = by.sign(domainHash('ballast/privacy-ledger-export/1', encodeCanonical(body)));
  return encodeCanonical({ ...body, sig });
}

/** An export whose chain is right from end to end, after its debits were changed. */
function rechained(bytes: Uint8Array, change: (debit: Debit, i: number) => Partial<Debit>): Uint8Array {
  const fields = fieldsOf(bytes);
  let previous: string | undefined;
  let total = 0n;
  const debits = (fields.debits as Encodable[]).map((body, i) => {
    const debit = readDebit(body, 'debit');
    const { total: given, ...changed } = change(debit, i);
    const loss = changed.loss ?? debit.loss;
    total = given ?? total + loss;
    const next = debitBody({ ...debit, ...changed, total, previous: previous ?? debit.previous });
    previous = recordChecksum(next);
    return next;
  });
  return signed({ ...fields, debits, last: previous ?? fields.last ?? '' });
}

describe('privacy ledger, exported', () => {
  it('is the same to an auditor, without what was released', async () => {
    const ledger = await ledgerOf(3);
    const bytes = exportLedger(ledger, signer);
    const read = verifyLedgerExport(bytes, signer.nodeId);
    expect(read.position).to.deep.equal(ledger.position());
    expect(read.history()).to.deep.equal(ledger.history());
    expect(read.terms).to.deep.equal({ unit: 'record', relation: 'replace', delta: 1e-5 });
    expect(Buffer.from(bytes).includes(SECRET)).to.equal(false);
    expect(exportLedger(await ledgerOf(3), signer)).to.deep.equal(bytes);
    const empty = verifyLedgerExport(exportLedger(await ledgerOf(0), signer), signer.nodeId);
    expect(empty.position.count).to.equal(0);
    const none = await PrivacyLedger.open(new MemoryStore(), { ...policy, unit: 'none' });
    await none.commit({ key: 'k', event: { unit: 'none', releases: 1 }, bytes: new Uint8Array(1) });
    expect(verifyLedgerExport(exportLedger(none, signer), signer.nodeId).history()).to.have.length(1);
  });

  it('must contain what was exported before', async () => {
    const read = (ledger: PrivacyLedger) => verifyLedgerExport(exportLedger(ledger, signer), signer.nodeId);
    const [two, three, fork] = [
      read(await ledgerOf(2)),
      read(await ledgerOf(3)),
      read(await ledgerOf(3, 'trial/round/1')),
    ];
    requireExportContinues(two, three);
    requireExportContinues(two, two);
    for (const [earlier, later] of [
      [three, two],
      [two, fork],
    ] as const)
      expect((await refusal(() => requireExportContinues(earlier, later))).code).to.equal(
        'LEDGER_EXPORT_FORKED',
      );
  });

  it('is refused when any bit of it is changed', async () => {
    const bytes = exportLedger(await ledgerOf(2), signer);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const broken = Uint8Array.from(bytes);
        broken[bit >> 3]! ^= 1 << (bit & 7);
        const { code } = await refusal(() => verifyLedgerExport(broken, signer.nodeId));
        expect(code).to.match(/^LEDGER_EXPORT_(MALFORMED|NODE|SIGNATURE)$/);
      }),
      { seed: 4, numRuns: 400 },
    );
  });

  it('is refused when it is no export at all, whatever the bytes', async () => {
    const values = fc.letrec<{ value: Encodable }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.integer(),
        fc.string(),
        fc.uint8Array(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('format', 'node', 'terms', 'debits', 'last', 'sig'), tie('value'), {
          maxKeys: 6,
          noNullPrototype: true,
        }),
      ),
    })).value;
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 64 }), values.map(encodeCanonical));
    await fc.assert(
      fc.asyncProperty(bytes, async (given) => {
        const { code } = await refusal(() => verifyLedgerExport(given, signer.nodeId));
        expect(code).to.equal('LEDGER_EXPORT_MALFORMED');
      }),
      { seed: 5, numRuns: 200 },
    );
    const large = new Uint8Array(MAX_EXPORT_BYTES + 1);
    expect((await refusal(() => verifyLedgerExport(large, signer.nodeId))).code).to.equal(
      'LEDGER_EXPORT_MALFORMED',
    );
    let deep: Encodable = 1;
    for (let i = 0; i < 24; i++) deep = [deep];
    const fields = fieldsOf(exportLedger(await ledgerOf(1), signer));
    expect(
      (await refusal(() => verifyLedgerExport(signed({ ...fields, terms: deep }), signer.nodeId))).code,
    ).to.equal('LEDGER_EXPORT_MALFORMED');
  });

  it('is refused from another node, or signed by another', async () => {
    const bytes = exportLedger(await ledgerOf(1), signer);
    expect((await refusal(() => verifyLedgerExport(bytes, other.nodeId))).code).to.equal(
      'LEDGER_EXPORT_NODE',
    );
    const forged = signed(fieldsOf(bytes), other);
    expect((await refusal(() => verifyLedgerExport(forged, signer.nodeId))).code).to.equal(
      'LEDGER_EXPORT_SIGNATURE',
    );
  });

  it('is refused where the node itself signed what does not add up', async () => {
    const bytes = exportLedger(await ledgerOf(3), signer);
    const fields = fieldsOf(bytes);
    const debits = fields.debits as Encodable[];
    const cheap = releaseEvent({ unit: 'record', relation: 'replace', noiseMultiplier: 1, releases: 2 });
    const weaker = releaseEvent({ unit: 'record', relation: 'add-remove', noiseMultiplier: 20, releases: 2 });
    const second = (changed: Partial<Debit>) => rechained(bytes, (_, i) => (i === 1 ? changed : {}));
    expect(
      verifyLedgerExport(
        rechained(bytes, () => ({})),
        signer.nodeId,
      ).debits,
    ).to.have.length(3);
    const wrong = {
      'a debit left out': signed({ ...fields, debits: [debits[0] ?? 0, debits[2] ?? 0] }),
      'the last left out': signed({ ...fields, debits: debits.slice(0, 2) }),
      'debits exchanged': signed({ ...fields, debits: [debits[1] ?? 0, debits[0] ?? 0, debits[2] ?? 0] }),
      'another end': signed({ ...fields, last: 'ab'.repeat(32) }),
      'a loss too small': second({ loss: 1n }),
      'an event that costs more': second({ event: cheap }),
      'an event of other terms': second({ event: weaker, loss: gaussianPart(weaker) }),
      'a key twice': second({ key: 'round/1' }),
      'another place': second({ sequence: 7 }),
      'a smaller total': second({ total: 1n }),
    };
    for (const [name, given] of Object.entries(wrong)) {
      const { code } = await refusal(() => verifyLedgerExport(given, signer.nodeId));
      expect(code, name).to.equal('LEDGER_EXPORT_INVALID');
    }
    const shapes = {
      'a negative loss': { loss: '-1' },
      'an endless number': { loss: '9'.repeat(500) },
      'no event': { event: 7 },
    };
    for (const [name, change] of Object.entries(shapes)) {
      const given = signed({ ...fields, debits: [{ ...(debits[0] as Fields), ...change }] });
      const { code } = await refusal(() => verifyLedgerExport(given, signer.nodeId));
      expect(code, name).to.equal('LEDGER_EXPORT_MALFORMED');
    }
  });
});
