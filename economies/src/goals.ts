import type { Defaults } from './catalogue/parts.ts';
import { economyTemplate, type TemplateOptions } from './template.ts';

// What `stannary init --goal` writes: the reference economy with the supply, caps, price and take that serve one goal, and
// the reason at each field that it changes.

export const GOALS = ['growth', 'fairness', 'stability'] as const;
export type Goal = (typeof GOALS)[number];

export interface GoalChange {
  readonly path: string;
  /** Empty for a section: its fields stand in the file. */
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

interface GoalRules {
  /** Replaces the reference's streams. */
  readonly streams: Defaults;
  /** Why each stream is there, by name. */
  readonly streamReasons: Readonly<Record<string, string>>;
  /** Path, value and reason of every other field. */
  readonly fields: readonly (readonly [path: string, to: string, why: string])[];
}

const workCapped = (perWorkPaid: string, of: Defaults) => ({ rule: { kind: 'work-capped', perWorkPaid, of } });

const growth: GoalRules = {
  streams: {
    early: workCapped('0.018', { kind: 'exponential', total: '160_000_000 tokens', halfLife: '730 d' }),
    capacity: workCapped('0.027', { kind: 'baseline', total: '240_000_000 tokens' }),
  },
  streamReasons: {
    early: 'Half of it is there in two years: who provides first bears the risk of an empty market.',
    capacity: 'The larger part is there only as capacity comes: growing is paid, not waiting.',
  },
  fields: [
    ['price.gain', '0.063', 'The fastest answer to demand that the launch gate allows: shortage shows in hours.'],
    ['take.burn', '7 %', 'Work may mint half of what no payer gets back: 9 % of fees allow 4.5 % of emission.'],
    ['take.treasury', '1 %', 'The take stays 10 %: what the burn gains, the treasury gives.'],
    [
      'supply.ceiling.supplyShare',
      '2.5 %',
      'As much room for fast growth as a timelock of two days lets a fault have.',
    ],
    ['newcomer.ramp', '20 d', 'Newcomers earn in full sooner; the larger emission keeps their dues as high.'],
  ],
};

const CLASSES = ['ai', 'cloud', 'edge', 'grid'];
const perClass = (field: string, to: string, why: string) =>
  CLASSES.map((name) => [`classes.${name}.${field}`, to, why] as const);

const fairness: GoalRules = {
  streams: { even: workCapped('0.028', { kind: 'fixed', amount: '54_000 tokens', interval: '1 d' }) },
  streamReasons: {
    even: 'The same every day for twenty years, until the cap: who comes late earns as who came first.',
  },
  fields: [
    ['genesis.allocations.investors.amount', '50_000_000 tokens', 'Less for those who could pay before the others.'],
    ['genesis.allocations.launch.amount', '200_000_000 tokens', 'More for everybody: the first bonds are made of it.'],
    ...perClass('operatorCap', '10 %', 'No operator earns from more than a tenth of a class.'),
    ...perClass('consumerCap', '10 %', 'No consumer holds more than a tenth of a class.'),
    ['price.gain', '0.05', 'A slower price: being the fastest to answer it gains less.'],
    ['take.burn', '4 %', 'A part of what would burn for all holders goes to the treasury, which gives grants.'],
    ['take.treasury', '4 %', 'Grants for those whom a market forgets; the take stays 10 %.'],
    ['supply.classShareMax', '40 %', 'No class takes much more of the emission than the largest has by its share.'],
  ],
};

const stability: GoalRules = {
  streams: { fees: { rule: { kind: 'fee-linked', perFee: '3.2 %', perNonRecoverable: '40 %' } } },
  streamReasons: {
    fees: 'Tokens are minted for fees alone, and fewer than fees burn and insure: supply never outruns demand.',
  },
  fields: [
    ['price.gain', '0.03', 'Half the pace: a price that moves less in a day than costs do; shortages last longer.'],
    ['take.burn', '4 %', 'Less is burned, and more kept for claims: the take stays 10 %.'],
    ['take.insurance', '4 %', 'Twice the reserve for what goes wrong.'],
    ['take.treasury', '2 %', 'Less to spend in good times.'],
    ['supply.cap', '800_000_000 tokens', 'What follows fees needs little room, so little is promised.'],
    ['supply.ceiling.supplyShare', '1 %', 'Half as much for any fault to mint before someone looks.'],
    [
      'reserve.spread',
      '0.5 %',
      "Covers a stale price's edge at nearly three times the yearly volatility of the token.",
    ],
  ],
};

const RULES: Readonly<Record<Goal, GoalRules>> = { growth, fairness, stability };

/** The text of an economy that serves a goal, and all that it changes in the reference. */
export function goalTemplate(goal: Goal, options: TemplateOptions): { text: string; changes: readonly GoalChange[] } {
  const { streams, streamReasons, fields } = RULES[goal];
  const lines = economyTemplate({ ...options, given: { supply: { streams } } }).split('\n');
  const reasons = Object.entries(streamReasons).map(([name, why]) => [`supply.streams.${name}`, '', why] as const);
  const wanted = new Map([...reasons, ...fields].map(([path, to, why]) => [path, { to, why }]));
  const changes: GoalChange[] = [];
  const text = lines.flatMap((line, index) => {
    const path = pathAt(lines, index);
    const change = path === null ? undefined : wanted.get(path);
    if (change === undefined) return [line];
    const [, head = '', from = '', note = ''] = /^(\s*[\w-]+:)(?: (.*?))?( {2}# default.*)?$/.exec(line) ?? [];
    changes.push({ path: path!, from, ...change });
    const margin = /^ */.exec(line)![0];
    return [`${margin}# For ${goal}: ${change.why}`, change.to === '' ? line : `${head} ${change.to}${note}`];
  });
  if (changes.length !== wanted.size) throw new Error(`a goal names a field that the template lacks: ${goal}`);
  return { text: text.join('\n'), changes };
}

/** The path of the field or section that a line begins; null of comments, items and empty lines. */
function pathAt(lines: readonly string[], index: number): string | null {
  const own = KEY.exec(lines[index]!);
  if (own === null) return null;
  const keys = [own[2]!];
  let margin = own[1]!.length;
  for (let above = index - 1; above >= 0 && margin > 0; above -= 1) {
    const key = KEY.exec(lines[above]!);
    if (key === null || key[1]!.length >= margin) continue;
    keys.unshift(key[2]!);
    margin = key[1]!.length;
  }
  return keys.join('.');
}

const KEY = /^( *)([\w-]+):/;
