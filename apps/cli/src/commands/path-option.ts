import type { Override } from '@stannary/economies';
import { InvalidArgumentError, Option } from 'commander';

/** `--flag path=value`, any number of times. */
export function pathOption(form: string, about: string): Option {
  return new Option(form, `${about}; may be repeated`)
    .default([], 'none')
    .argParser((text: string, before: readonly Override[]) => [...before, overrideOf(text)]);
}

function overrideOf(text: string): Override {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`expected path=value, got ${text}`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
