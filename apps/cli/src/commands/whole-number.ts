import { InvalidArgumentError } from 'commander';

/** A whole number from `least` to `most`, in digits, for options. */
export function wholeFrom(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, in digits, got ${text}`);
  };
}
