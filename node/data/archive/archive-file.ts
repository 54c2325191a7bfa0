import { createHash } from 'node:crypto';
import { copyFile, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../../../protocol/errors.ts';
import { syncFolder } from '../../files/sync-folder.ts';
import { systemCode } from '../../files/system-code.ts';
import type { Bar } from '../readers/bars.ts';
import { ARCHIVE_LAYOUTS, type ArchiveFormat } from './layout.ts';
import { countSound, readSegments, type Segment, segmentsPath } from './segments.ts';

/** What a piece of a reading came to. */
export type Piece = Pick<Segment, 'from' | 'to' | 'gaps' | 'gapCount' | 'refused'> & {
  readonly bars: readonly Bar[];
};

/**
 * A file of bars that grows by whole segments. It is written as `FILE.part` beside its list of segments, each on disk
 * before it is listed, so that whoever is killed goes on after the last listed one; both take their names when the
 * reading is complete, and until then the files of the last complete reading stay as they are.
 */
export class ArchiveFile {
  readonly #file: string;
  readonly #of: { readonly source: string; readonly unit: string; readonly format: ArchiveFormat };
  readonly #data: FileHandle;
  readonly #list: FileHandle;
  #last: Segment | undefined;
  #listEnd: number;

  private constructor(
    file: string,
    of: { readonly source: string; readonly unit: string; readonly format: ArchiveFormat },
    data: FileHandle,
    list: FileHandle,
    last: Segment | undefined,
    listEnd: number,
  ) {
    this.#file = file;
    this.#of = of;
    this.#data = data;
    this.#list = list;
    this.#last = last;
    this.#listEnd = listEnd;
  }

  /**
   * Opens the file to go on with it. What is behind the last sound segment, torn or altered, is cut off.
   *
   * @throws UsageError `ARCHIVE_OTHER` for a file of another source, or one without a list; `ARCHIVE_MALFORMED`.
   */
  static async open(
    file: string,
    of: { readonly source: string; readonly unit: string; readonly format: ArchiveFormat },
  ): Promise<ArchiveFile> {
    await mkdir(dirname(file), { recursive: true });
    const [data, list] = [`${file}.part`, `${segmentsPath(file)}.part`];
    // Killed between the two names: the data has its own already.
    const isNamed = !(await exists(data)) && (await exists(list)) && (await exists(file));
    if (isNamed) await rename(list, segmentsPath(file));
    if (!(await exists(list))) {
      if (await exists(file)) {
        if (!(await exists(segmentsPath(file)))) {
          throw new UsageError(
            'ARCHIVE_OTHER',
            `${file}: got a file without a list of segments, expected one that was fetched`,
            {
              metadata: { file },
              hint: 'fetch into another folder',
            },
          );
        }
        await copyFile(file, data);
        await copyFile(segmentsPath(file), list);
      }
    }
    const { segments: listed, ends } = (await readSegments(list)) ?? { segments: [], ends: [] };
    const sound = listed.slice(0, await countSound(data, listed));
    const other = sound.find(({ source, format }) => source !== of.source || format !== of.format);
    if (other !== undefined) {
      throw new UsageError(
        'ARCHIVE_OTHER',
        `${file}: got a file of ${other.source}, expected one of ${of.source}`,
        {
          metadata: { file, source: other.source },
          hint: 'fetch into another folder',
        },
      );
    }
    const handles = [await openEnd(data), await openEnd(list)] as const;
    await handles[0].truncate(sound.at(-1)?.end ?? 0);
    const listEnd = ends[sound.length - 1] ?? 0;
    await handles[1].truncate(listEnd);
    return new ArchiveFile(file, of, handles[0], handles[1], sound.at(-1), listEnd);
  }

  /** The last segment, after which a reading goes on. */
  get last(): Segment | undefined {
    return this.#last;
  }

  /** Adds a segment; it is on disk when this resolves. */
  async add({ bars, ...piece }: Piece): Promise<void> {
    const { header, row } = ARCHIVE_LAYOUTS[this.#of.format];
    const begin = this.#last?.end ?? 0;
    const head = begin === 0 ? `${header}\n` : '';
    const bytes = Buffer.from(`${head}${bars.map((bar) => `${row(bar)}\n`).join('')}`);
    const lastClose = bars.at(-1)?.close ?? this.#last?.lastClose;
    if (bytes.length === 0 && piece.to === this.#last?.to) return;
    const segment: Segment = {
      ...this.#of,
      ...piece,
      rows: bars.length,
      begin,
      end: begin + bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      ...(lastClose === undefined ? {} : { lastClose }),
    };
    await this.#data.write(bytes, 0, bytes.length, begin);
    await this.#data.sync();
    const line = Buffer.from(`${JSON.stringify(segment)}\n`);
    await this.#list.write(line, 0, line.length, this.#listEnd);
    await this.#list.sync();
    this.#last = segment;
    this.#listEnd += line.length;
  }

  /** Gives the files their names: the reading is complete. */
  async complete(): Promise<void> {
    await this.close();
    await rename(`${this.#file}.part`, this.#file);
    await rename(`${segmentsPath(this.#file)}.part`, segmentsPath(this.#file));
    await syncFolder(dirname(this.#file));
  }

  /** Leaves what there is, to be gone on with. */
  async close(): Promise<void> {
    await this.#data.close();
    await this.#list.close();
    if (this.#last === undefined) {
      await rm(`${this.#file}.part`, { force: true });
      await rm(`${segmentsPath(this.#file)}.part`, { force: true });
    }
  }
}

async function openEnd(path: string): Promise<FileHandle> {
  return (await exists(path)) ? open(path, 'r+') : open(path, 'w+');
}

async function exists(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r')).close();
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
