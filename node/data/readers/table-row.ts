/** A row of a table: its header first, then its values as text. */
export type TableRow = {
  /** The line of a text file from 1; of a Parquet file the row from 1, and 0 for its header. */
  readonly number: number;
  readonly fields: readonly string[];
  /** The row as an error shows it. */
  readonly text: string;
};
