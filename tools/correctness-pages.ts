// Pages of the attacks that must be impossible: no profit to draw, but schedules played and what refused them.
import { type CorrectnessAttack, playSchedules } from '@stannary/simulator';
import { attackPageText } from './attack-page.ts';

const SCHEDULES = 200;
const TEST = 'simulator/src/attacks/correctness/correctness.test.ts';
const REFUSALS_PAGE = '../refusals.md';

export function correctnessPage(attack: CorrectnessAttack, measured: string): string {
  const { number, title, strategy, defence } = attack;
  return attackPageText({
    ...{ number, title, strategy, measured, measuredTitle: 'What refused it', defence: [defence] },
    closedForm: [
      '## Closed form',
      '',
      'None, and no picture of profit: the attack must be impossible, not dear. A schedule of messages, drawn by seed and run, is',
      'played against the functions that admit batches, accept and redeem vouchers, and pay claims in production. It succeeds where',
      'something is paid twice, more is paid than was deposited, or the victim lost anything; the gate demands that none does.',
    ],
    afterMeasured: [
      `\`${TEST}\` asserts that no schedule succeeds,`,
      'and which refusals must have been met; played against production with one of its rules taken out, schedules succeed within',
      'twenty.',
      '',
    ],
    command: 'gate reference --only G1 --profile quick --out gate',
  });
}

/** What so many schedules of seed 0 came to. */
export function playedSchedules(attack: CorrectnessAttack): string {
  const { attempts, successes, refusals } = playSchedules(attack, 0, SCHEDULES);
  const rows = Object.entries(refusals).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return [
    `${SCHEDULES} schedules, ${attempts.toLocaleString('en')} hostile messages, ${successes} successes.`,
    '',
    `| [refusal](${REFUSALS_PAGE}) | times |`,
    '|---|---|',
    ...rows.map(([code, count]) => `| \`${code}\` | ${count.toLocaleString('en')} |`),
  ].join('\n');
}
