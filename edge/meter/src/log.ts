/** One line of the meter's diary: a stable event name and plain fields; where it goes is the caller's choice. */
export type Log = (event: string, fields: Readonly<Record<string, string | number | boolean | null>>) => void;
