import { html } from './html.ts';
import type { Section } from './page.ts';

const TERMS: readonly (readonly [id: string, term: string, meaning: string])[] = [
  [
    'not-shown',
    'Not shown',
    'Nothing was measured: the evidence has to come from elsewhere, or the run was too small to tell. It counts neither as passed nor as failed; a launch needs it shown.',
  ],
  [
    'cost',
    'Cost (C)',
    'What an attempt loses for good: fees, burns, slashes, work done, and the cost of capital on what is locked. What comes back is no cost.',
  ],
  ['return', 'Return (R)', 'What an attempt gains before its cost, never below zero, in credits.'],
  [
    'cost-ratio',
    'Cost / return',
    'Sum of costs over sum of returns, over all runs, with a Fieller interval. Below 1 an attack pays. The gate asks for more than 2, so that a loss of stake cannot spread to more than twice itself.',
  ],
  [
    'difference',
    'C − 2R at least',
    'The one-sided 95 % lower bound of the mean of C − 2R over the runs. Above zero, the attack is shown to cost more than twice its return.',
  ],
  [
    'best-response',
    'Best response',
    'The parameters under which an attacker does best, found by search from the closed form, on other runs than those that test it.',
  ],
  ['p', 'p', 'The chance of such a result if C were no more than 2R; adjusted by Holm for the number of attacks.'],
  [
    'interval',
    'Interval',
    'Where the true figure lies with the confidence named; “exact” is counted or proved, not sampled.',
  ],
  [
    'epoch',
    'Epoch',
    'The step in which the economy meters, charges and pays; its length is a field of the economy file.',
  ],
  ['world', 'World', 'The scenario that runs live in: base, or a stress such as a crash of the token price.'],
  ['headroom', 'Headroom', 'The distance of a figure to its line, as a share of the line.'],
  ['ncu', 'NCU', 'Normalised compute unit: the unit in which work of different machines is comparable.'],
  ['grain', 'Grain', 'The smallest unit of a credit: all balances are whole grains.'],
];

/** What the words of this page mean. */
export function glossarySection(): Section {
  return {
    id: 'words',
    title: 'Words',
    lead: null,
    body: html`<dl class="terms">${TERMS.map(
      ([id, term, meaning]) => html`<dt id="term-${id}">${term}</dt><dd>${meaning}</dd>\n`,
    )}</dl>`,
  };
}
