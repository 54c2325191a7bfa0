import { appendFileSync, copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { BallastError } from '../../../../protocol/errors.ts';
import { FLAGS } from '../../../features/series.ts';
import { readBars } from '../../readers/bars.ts';
import type { DataSource, Observation } from '../../sources/data-source.ts';
import { dataFolder, refusal } from '../../test/support.ts';
import { fetchHistory, listFolder, readSegments, segmentsPath, versionOfSource } from '../index.ts';

const START = 472_222 * 3600;
const NEVER = new AbortController().signal;
const FILE = 'test_X_1h.csv';

/** A source of hourly bars that is cut off after `until` of them, where that is given. */
function hourly(count: number, until = Number.POSITIVE_INFINITY): DataSource {
  return {
    id: 'test:X:1h',
    unit: 'USD',
    history: async function* ({ from, to }): AsyncGenerator<Observation> {
      let told = 0;
      for (let i = 0; i < count; i++) {
        const opened = START + i * 3600;
        if (opened < from || opened >= to) continue;
        if (told++ >= until) throw new BallastError('SOURCE_UNREACHABLE', 'test: gone');
        if (i % 50 === 7) {
          yield { kind: 'gap', source: 'test:X:1h', from: opened, to: opened + 3600, reason: 'silent' };
          continue;
        }
        const price = 1 + (i % 13) * 1e-7;
        const bar = { line: i, open: price, high: price, low: price, close: price, volume: i };
        const rest = { marketCap: Number.NaN, supply: Number.NaN };
        yield {
          ...{ kind: 'bar', source: 'test:X:1h', receivedAt: opened, flags: FLAGS.held, level: price },
          ...{ missing: 0, held: [], bar: { ...bar, ...rest, second: opened + 3600 } },
        };
      }
    },
  };
}

describe('fetching into a folder', () => {
  const { path } = dataFolder();
  let folders = 0;
  const fresh = () => path(`archive-${folders++}`);
  const fetch = (folder: string, source: DataSource, hours: number) =>
    fetchHistory(
      {
        folder,
        source: () => source,
        format: 'candles-1h',
        range: { from: START, to: START + hours * 3600 },
      },
      NEVER,
    );
  const hoursOf = async (file: string) => {
    const hours: number[] = [];
    for await (const { second } of readBars(file, 'candles-1h')) hours.push((second - START) / 3600 - 1);
    return hours;
  };
  const expected = (count: number) => Array.from({ length: count }, (_, i) => i).filter((i) => i % 50 !== 7);

  it('writes what the readers read, and lists its segments with their gaps', async () => {
    const folder = fresh();
    const report = await fetch(folder, hourly(2500), 2500);
    expect(report).to.include({ rows: 2450, gaps: 50, refused: 0, resumedAt: undefined });
    expect(await hoursOf(report.file)).to.deep.equal(expected(2500));
    const [listed] = await allOf(listFolder(folder));
    expect(listed?.fetched).to.include({ source: 'test:X:1h', rows: 2450, gaps: 50, segments: 3, sound: 3 });
    expect(listed?.fetched?.to).to.equal(START + 2500 * 3600);
  });

  it('goes on after a source that went away, and after the end of a complete reading', async () => {
    const folder = fresh();
    const file = `${folder}/${FILE}`;
    await refusalOf(fetch(folder, hourly(5000, 2300), 5000));
    expect(existsSync(file)).to.equal(false);
    const second = await fetch(folder, hourly(5000), 5000);
    expect(second.resumedAt).to.be.within(START + 2000 * 3600, START + 2300 * 3600);
    expect(await hoursOf(file)).to.deep.equal(expected(5000));
    const third = await fetch(folder, hourly(6000), 6000);
    expect(third.rows).to.equal(980);
    expect(await hoursOf(file)).to.deep.equal(expected(6000));
    expect(existsSync(`${file}.part`)).to.equal(false);
  });

  it('comes to the same file from wherever it was killed (law)', async () => {
    const whole = fresh();
    await fetch(whole, hourly(3000), 3000);
    const content = readFileSync(`${whole}/${FILE}`);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.string({ maxLength: 30 }), async (dataCut, listCut, torn) => {
        const folder = fresh();
        await refusalOf(fetch(folder, hourly(3000, 2500), 3000));
        const [data, list] = [`${folder}/${FILE}.part`, `${segmentsPath(`${folder}/${FILE}`)}.part`];
        // A kill leaves rows that no segment lists, or a torn line; a failing disk may lose the end of either.
        if (dataCut % 2 === 0) appendFileSync(data, torn);
        else truncateSync(data, dataCut % readFileSync(data).length);
        truncateSync(list, listCut % (readFileSync(list).length + 1));
        await fetch(folder, hourly(3000), 3000);
        expect(await hoursOf(`${folder}/${FILE}`)).to.deep.equal(expected(3000));
        expect(readFileSync(`${folder}/${FILE}`).equals(content)).to.equal(true);
      }),
      { numRuns: 12, seed: 8 },
    );
  });

  it('goes on where it was killed between the two names', async () => {
    const folder = fresh();
    await fetch(folder, hourly(100), 100);
    const list = segmentsPath(`${folder}/${FILE}`);
    copyFileSync(list, `${list}.part`);
    truncateSync(list, 0);
    await fetch(folder, hourly(200), 200);
    expect(await hoursOf(`${folder}/${FILE}`)).to.deep.equal(expected(200));
  });

  it('names what was altered, and refuses what is not its own', async () => {
    const folder = fresh();
    await fetch(folder, hourly(2500), 2500);
    const file = `${folder}/${FILE}`;
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('1.0000012', '9.0000012'));
    const [listed] = await allOf(listFolder(folder));
    expect(listed?.fetched).to.include({ segments: 3, sound: 0 });
    const other = fresh();
    await fetch(other, hourly(10), 10);
    writeFileSync(segmentsPath(`${other}/${FILE}`), '{"source":1}\n');
    expect((await refusal(fetch(other, hourly(20), 20))).code).to.equal('ARCHIVE_MALFORMED');
    const loose = fresh();
    await fetch(loose, hourly(10), 10);
    writeFileSync(segmentsPath(`${loose}/${FILE}`), '');
    const list = await readSegments(segmentsPath(`${loose}/${FILE}`));
    expect(list?.segments).to.deep.equal([]);
  });

  it('gives equal data one version, under any name, and other data another', async () => {
    const [a, b] = [fresh(), fresh()];
    await fetch(a, hourly(100), 100);
    await fetch(b, hourly(101), 101);
    const copy = `${a}/copy.csv`;
    copyFileSync(`${a}/${FILE}`, copy);
    const version = (file: string, rest = {}) =>
      versionOfSource({ kind: 'csv', format: 'candles-1h', file, ...rest });
    const one = await version(`${a}/${FILE}`);
    expect(await version(copy)).to.equal(one);
    expect(await version(`${b}/${FILE}`)).to.not.equal(one);
    expect(await version(copy, { target: 2 })).to.not.equal(one);
    expect(await version(copy, { peers: [copy] })).to.not.equal(one);
    expect(await versionOfSource({ kind: 'generator', seed: 1, venue: 2 })).to.not.equal(
      await versionOfSource({ kind: 'generator', seed: 2, venue: 2 }),
    );
    expect((await refusal(version(`${a}/absent.csv`))).code).to.equal('DATA_FILE_UNREADABLE');
  });
});

async function refusalOf(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    expect((error as BallastError).code).to.equal('SOURCE_UNREACHABLE');
    return;
  }
  throw new Error('expected the source to go away');
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
