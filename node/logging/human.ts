const COLOURS = { error: 'red', warn: 'yellow', debug: 'dim', trace: 'dim' } as const;

/** Colours a text, or leaves it. */
export type Paint = (colour: (typeof COLOURS)[keyof typeof COLOURS], text: string) => string;

/**
 * A line of the log for people: `2026-01-01T00:00:00.000Z info  round: decided round=4 …`. What is no line
 * of a log comes back as it is.
 */
export function humanLine(line: string, paint: Paint = (_colour, text) => text): string {
  const record = parse(line);
  if (record === undefined) return line;
  const { level, time, module, msg, ...fields } = record;
  const name = String(level).padEnd(5);
  const colour = Object.hasOwn(COLOURS, String(level)) ? COLOURS[level as keyof typeof COLOURS] : undefined;
  const loud = colour === undefined ? name : paint(colour, name);
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${short(value)}`);
  return `${time} ${loud} ${module}: ${msg}${rest.join('')}`;
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('msg' in value)) return undefined;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function short(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /[\s"=]/.test(value) ? JSON.stringify(value) : value;
}
