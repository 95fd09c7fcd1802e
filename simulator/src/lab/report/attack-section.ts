import { profileSvg, scatterSvg } from '@stannary/plot';
import type { AttackFinding, Figure, GateReport } from '../gate/report.ts';
import { codes } from './gate-table.ts';
import { type Content, type Html, html } from './html.ts';
import { figureText, figureTexts, numberText, probabilityText, quantityText } from './number-text.ts';
import {
  type Column,
  factsHtml,
  figureHtml,
  folded,
  type Section,
  SMALL_PX,
  stateHtml,
  tableHtml,
  WIDE_PX,
} from './page.ts';

const COLUMNS: readonly Column[] = [
  { title: 'Attack' },
  { title: 'State' },
  { title: 'Cost, credits', isNumber: true },
  { title: 'Return, credits', isNumber: true },
  { title: 'Cost / return', isNumber: true },
  { title: 'Its interval', name: 'interval' },
  { title: 'C − 2R at least', isNumber: true },
  { title: 'p', isNumber: true },
];

/** What every attack costs and brings, world by world, then each attack in full. */
export function attackSection({ attacks }: GateReport): Section | null {
  if (attacks.length === 0) return null;
  const worlds = [...new Set(attacks.map(({ world }) => world))];
  return {
    id: 'attacks',
    title: 'Attacks',
    lead: html`Each attacker plays its <a href="#term-best-response">best response</a>. An attack passes when it is shown to <a href="#term-cost">cost</a> more than twice what it <a href="#term-return">returns</a>.`,
    body: [
      worlds.map((world, index) => {
        const found = attacks.filter((one) => one.world === world);
        const content = [attackTable(found, world), attackScatter(found, world, index)];
        if (worlds.length === 1) return content;
        const paying = found.filter(({ state }) => state === 'failed').length;
        const name = `World: ${world}, ${found.length} attacks${paying === 0 ? '' : `, ${paying} failed`}`;
        return folded(name, content, index === 0 || paying > 0);
      }),
      html`<h3>Attack by attack</h3>\n`,
      attacks.map(attackDetails),
    ],
  };
}

function attackTable(found: readonly AttackFinding[], world: string): Html {
  const rows = found.map(({ number, title, state, cost, return: gain, costRatio, difference, pValue }) => ({
    cells: [
      html`<a href="#${attackId(number, world)}">${number}. ${title}</a>`,
      stateHtml(state),
      figureTexts(cost).value,
      figureTexts(gain).value,
      costRatio === null ? 'no return' : figureTexts(costRatio).value,
      costRatio === null ? '–' : (figureTexts(costRatio).interval ?? 'exact'),
      numberText(difference.interval?.[0] ?? difference.value),
      probabilityText(pValue),
    ],
  }));
  return tableHtml(`Attacks in the world “${world}”, at the attacker's best response`, COLUMNS, rows);
}

function attackId(number: number, world: string): string {
  return `attack-${number}-${[...world].map((one) => (/[a-z0-9]/.test(one) ? one : `_${one.codePointAt(0)}`)).join('')}`;
}

function attackScatter(found: readonly AttackFinding[], world: string, index: number): Html {
  const title = 'Cost against return';
  const free = found.filter(({ return: gain }) => gain.value <= 0).length;
  const about = [
    'Both axes logarithmic, with intervals. Above the full line an attack costs more than twice what it returns, below the dashed one it pays.',
    free === 0 ? '' : ' On the left edge: what returns nothing.',
  ].join('');
  const svg = scatterSvg({
    title: `${title}, ${world}`,
    about,
    id: `scatter-${index}`,
    isEmbedded: true,
    width: WIDE_PX,
    x: { label: 'return, credits' },
    y: { label: 'cost, credits' },
    rays: [
      { name: 'C = R: it pays below', factor: 1 },
      { name: 'C = 2R: it passes above', factor: 2 },
    ],
    points: found.map((one) => ({
      label: `${one.number}`,
      name: `${one.number}. ${one.title}: cost ${figureText(one.cost, 'credits')}, return ${figureText(one.return, 'credits')}`,
      x: one.return.value,
      y: one.cost.value,
      xInterval: one.return.interval,
      yInterval: one.cost.interval,
      state: one.state,
    })),
  });
  return figureHtml(title, about, svg, 'wide');
}

function attackDetails(one: AttackFinding, index: number): Html {
  const { number, title, world, state, strategy, defence, defendedBy, parameters, closedForm } = one;
  const summary = html`<span id="${attackId(number, world)}">${number}. ${title}, ${world}</span> ${stateHtml(state)}`;
  const facts: (readonly [string, Content])[] = [
    ['Strategy', strategy],
    ['Defence', defence],
    ['Defended by', codes(defendedBy)],
    ['Best response', bestResponse(parameters)],
    ['Cost', figureText(one.cost, 'credits')],
    ['Return', figureText(one.return, 'credits')],
    ['C − 2R', figureText(one.difference, 'credits')],
    [
      'Closed form',
      closedForm === null ? (one.closedFormNote ?? 'none') : closedFormText(closedForm, one.cost, one.return),
    ],
  ];
  return folded(summary, [factsHtml(facts), profileHtml(one, index)], state === 'failed');
}

function bestResponse(parameters: AttackFinding['parameters']): Content {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return 'it has no parameters';
  return entries.map(([name, value], index) => html`${index === 0 ? '' : ', '}${name}: ${numberText(value)}`);
}

function closedFormText(
  { costCredits, returnCredits }: NonNullable<AttackFinding['closedForm']>,
  cost: Figure,
  gain: Figure,
): string {
  const off = (formula: number, { value }: Figure) =>
    formula === 0 ? '' : ` (simulated ${numberText(Math.abs(value / formula - 1) * 100)}\u00a0% off)`;
  return `cost ${quantityText(costCredits, 'credits')}${off(costCredits, cost)}, return ${quantityText(returnCredits, 'credits')}${off(returnCredits, gain)}`;
}

/** Cost and return over one parameter, the others as in the best response. */
function profileHtml({ title, number, world, profile, parameters }: AttackFinding, index: number): Content {
  if (profile === null || profile.points.length === 0) return null;
  const points = [...profile.points].sort((a, b) => a.at - b.at);
  const best = parameters[profile.parameter];
  const label = profile.unit === '' ? profile.parameter : `${profile.parameter}, ${profile.unit}`;
  const about = `Cost and return over ${label}; between two points of the search the lines are straight.`;
  const svg = profileSvg({
    title: `${number}. ${title}, ${world}: profit over ${profile.parameter}`,
    about,
    id: `profile-${index}`,
    isEmbedded: true,
    width: SMALL_PX,
    x: { label },
    y: { label: 'credits' },
    lines: [
      { name: 'cost', points: points.map(({ at, costCredits }) => [at, costCredits]) },
      { name: 'return', points: points.map(({ at, returnCredits }) => [at, returnCredits]) },
      { name: 'twice the return', points: points.map(({ at, returnCredits }) => [at, 2 * returnCredits]) },
    ],
    mark: best === undefined ? null : { name: 'best response', at: best },
  });
  return figureHtml(`Over ${profile.parameter}`, about, svg, 'small');
}
