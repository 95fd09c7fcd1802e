import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEconomy } from '@stannary/economies';
import { CORRECTNESS_ATTACKS, ECONOMIC_ATTACKS } from '@stannary/simulator';
import { textPart } from '../../tools/attack-page.ts';
import { ATTACKS_FOLDER, attackPage, pageName, staleText } from '../../tools/attack-pages.ts';
import { filesMatching } from '../../tools/source-tree.ts';

test('the pages of attacks say what the catalogue says', () => {
  assert.deepEqual(staleText(), [], 'run node tools/write-attacks.mjs');
});

test('every attack has its page, and its picture where it may pay, and there is no other', () => {
  const names = ECONOMIC_ATTACKS.flatMap((attack) =>
    ['md', 'svg'].map((end) => `${ATTACKS_FOLDER}/${pageName(attack)}.${end}`),
  );
  for (const attack of CORRECTNESS_ATTACKS) names.push(`${ATTACKS_FOLDER}/${pageName(attack)}.md`);
  assert.deepEqual(filesMatching(`${ATTACKS_FOLDER}/*`), [...names, `${ATTACKS_FOLDER}/README.md`].sort());
});

test('every field that an attack names as its defence is in an economy file', async () => {
  const { policies } = await loadEconomy('reference');
  // Optional sections, as a bonding curve, are null in the reference.
  const paths = [...policies[0].reading.seen.keys(), ...Object.keys(policies[0].economy)];
  const missing = ECONOMIC_ATTACKS.flatMap(({ id, defendedBy }) =>
    defendedBy
      .filter((field) => {
        const pattern = field.split('.').map((step) => (step === '*' ? '[^.]+' : step));
        return !paths.some((path) => new RegExp(`^${pattern.join('\\.')}(\\.|\\[|$)`).test(path));
      })
      .map((field) => `${id}: ${field}`),
  );
  assert.deepEqual(missing, []);
});

test('refused: a page whose strategy is another; allowed: other measurements', () => {
  const [attack] = ECONOMIC_ATTACKS as [(typeof ECONOMIC_ATTACKS)[number]];
  assert.equal(textPart(attackPage(attack, 'a')), textPart(attackPage(attack, 'b')));
  assert.notEqual(textPart(attackPage(attack, 'a')), textPart(attackPage({ ...attack, strategy: 'None.' }, 'a')));
});
