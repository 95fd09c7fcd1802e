import { count, optional, section, text } from './parts.ts';

/** What a version of an economy says about itself, besides where it begins (`from`) and what it changes (`set`). */
export const versionHead = section('One later version of the economy: the one before with some fields changed.', {
  version: count('version', 'Number of the version; versions ascend.', {
    default: '2',
    min: '1',
    max: '1_000_000',
    stepMax: 'free',
    positive: true,
  }),
  stepWaived: optional(
    text('stepWaived', 'Why this version may move fields further than their largest step.', /\S/, {
      default: 'an emergency',
      stepMax: 'free',
    }),
    { present: false },
  ),
});

/** `from` and `set` have no kind of their own: a duration or a date, and nested fields. */
export const VERSION_MEANINGS = {
  from: 'When the version begins: a duration since genesis, or a date where `genesis.at` is one; a whole number of epochs.',
  set: 'Fields that change, nested as in the economy itself.',
} as const;
