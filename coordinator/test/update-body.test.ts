import { expect } from 'chai';
import fc from 'fast-check';
import { bodyBytes, encodeBody, largestNorm, normClass, openUpdate, squaredNorm } from '../update-body.ts';
import { codeOf, header, PARAMETERS, SIZE, signerOf } from './support.ts';

const OWNER = signerOf(0).nodeId;

const open = (update: Int32Array, fields: Parameters<typeof header>[1] = {}, parameters = PARAMETERS) =>
  openUpdate(
    encodeBody(OWNER, update),
    { sender: OWNER, payload: header(0, { normClass: normClass(update), ...fields }) },
    parameters,
  );

describe('update body', () => {
  it('has a norm class k with 2^(k−1) < ‖update‖ ≤ 2^k', () => {
    fc.assert(
      fc.property(fc.int32Array({ minLength: 1, maxLength: 6 }), (update) => {
        const squared = [...update].reduce((sum, value) => sum + BigInt(value) * BigInt(value), 0n);
        fc.pre(squared < 2n ** 53n);
        const k = BigInt(normClass(update));
        expect(squared <= 4n ** k).to.equal(true);
        if (k > 0n) expect(squared > 4n ** (k - 1n)).to.equal(true);
      }),
      { numRuns: 300, seed: 2 },
    );
    const classes = [0, 1, 2, 3, 4, 5].map((value) => normClass(Int32Array.of(value)));
    expect(classes).to.deep.equal([0, 0, 1, 2, 2, 3]);
  });

  it('is opened up to the bound and not beyond', () => {
    expect([...open(Int32Array.of(1024, 0, 0, 0))]).to.deep.equal([1024, 0, 0, 0]);
    expect(codeOf(() => open(Int32Array.of(1024, 1, 0, 0)))).to.equal('UPDATE_NORM');
    const off = { ...PARAMETERS, update: { ...PARAMETERS.update, normCheck: false } };
    expect(codeOf(() => open(Int32Array.of(1024, 1, 0, 0), {}, off))).to.equal(undefined);
  });

  it('may exceed the clip norm by the noise of its tail under node-level privacy alone', () => {
    expect(largestNorm(PARAMETERS, 100)).to.equal(1024);
    const node = {
      ...PARAMETERS,
      privacy: { ...PARAMETERS.privacy, unit: 'node' as const, noiseMultiplier: 2 },
    };
    expect(largestNorm(node, 100)).to.equal(1024 + 2 * 1024 * 15);
  });

  it('is refused with another norm class than its header says, and with another number of bytes', () => {
    expect(codeOf(() => open(Int32Array.of(100, 0, 0, 0), { normClass: 6 }))).to.equal('UPDATE_NORM_CLASS');
    expect(codeOf(() => open(Int32Array.of(100, 0, 0, 0), { normClass: 8 }))).to.equal('UPDATE_NORM_CLASS');
    expect(codeOf(() => open(Int32Array.of(1, 0, 0)))).to.equal('UPDATE_SIZE');
    expect(codeOf(() => open(new Int32Array(SIZE + 1)))).to.equal('UPDATE_SIZE');
  });

  it('is its owner’s alone: another’s header has nothing to show for it', () => {
    const update = Int32Array.of(100, 0, 0, 0);
    const body = encodeBody(OWNER, update);
    expect(body).to.have.length(bodyBytes(SIZE));
    const copied = { sender: signerOf(1).nodeId, payload: header(1, { normClass: normClass(update) }) };
    expect(codeOf(() => openUpdate(body, copied, PARAMETERS))).to.equal('UPDATE_OWNER');
    expect(encodeBody(copied.sender, update)).to.not.deep.equal(body);
  });

  it('is integers whatever the bytes: no NaN, no infinity, only refusals with a code', () => {
    const bytes = fc.uint8Array({ minLength: SIZE * 4, maxLength: SIZE * 4 });
    const off = { ...PARAMETERS, update: { ...PARAMETERS.update, normCheck: false } };
    fc.assert(
      fc.property(bytes, (body) => {
        const view = new DataView(body.buffer, body.byteOffset);
        const update = Int32Array.from({ length: SIZE }, (_, i) => view.getInt32(i * 4, true));
        expect(Number.isFinite(squaredNorm(update))).to.equal(true);
        const payload = header(0, { normClass: normClass(update) });
        const whole = Uint8Array.of(...encodeBody(OWNER, new Int32Array()), ...body);
        const opened = openUpdate(whole, { sender: OWNER, payload }, off);
        expect(opened).to.deep.equal(update);
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  describe('in a network that compresses', () => {
    const LARGE = 40;
    const compression = { keep: 0.1 };
    const compressing = { ...PARAMETERS, update: { ...PARAMETERS.update, compression } };
    const openBody = (body: Uint8Array, update: Int32Array, parameters: typeof PARAMETERS = compressing) =>
      openUpdate(
        body,
        { sender: OWNER, payload: header(0, { size: LARGE, normClass: normClass(update) }) },
        parameters,
      );
    const sparse = (entries: Readonly<Record<number, number>>) => {
      const update = new Int32Array(LARGE);
      for (const [at, value] of Object.entries(entries)) update[Number(at)] = value;
      return update;
    };

    it('is the one encoding of the integers that are aggregated', () => {
      const update = sparse({ 3: 127 * 5, 20: -10, 39: 5 });
      const body = encodeBody(OWNER, update, compression);
      expect(openBody(body, update)).to.deep.equal(update);
      expect(body.length).to.be.below(32 + 12);
      expect(body.length).to.be.at.most(bodyBytes(LARGE, compression));
      expect(codeOf(() => openBody(encodeBody(OWNER, update), update))).to.equal('UPDATE_SIZE');
      expect(codeOf(() => openBody(body, update, PARAMETERS))).to.equal('UPDATE_SIZE');
      expect(codeOf(() => openBody(body.subarray(0, -1), update))).to.equal('COMPRESSED_MALFORMED');
    });

    it('is held to the norm, the size and the coordinates that the network keeps', () => {
      const opened = (update: Int32Array, of = update) =>
        codeOf(() => openBody(encodeBody(OWNER, of, compression), update));
      expect(opened(sparse({ 3: 1024 }))).to.equal(undefined);
      expect(opened(sparse({ 3: 1025 }))).to.equal('UPDATE_NORM');
      expect(opened(sparse({ 3: 1024 }), sparse({ 3: 100 }))).to.equal('UPDATE_NORM_CLASS');
      expect(opened(sparse({ 0: 1, 1: 1, 2: 1, 3: 1 }))).to.equal(undefined);
      expect(opened(sparse({ 0: 1, 1: 1, 2: 1, 3: 1, 4: 1 }))).to.equal('UPDATE_KEPT');
      expect(opened(sparse({ 3: 7 }), Int32Array.of(0, 7))).to.equal('UPDATE_SIZE');
    });

    it('is never made of an update that was not compressed', () => {
      expect(codeOf(() => encodeBody(OWNER, sparse({ 3: 128, 4: 1 }), compression))).to.equal(
        'COMPRESSION_RANGE',
      );
    });
  });
});
