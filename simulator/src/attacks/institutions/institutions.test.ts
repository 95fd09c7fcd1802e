import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Attack } from '../attack.ts';
import { playedOver, referenceFields, settingFor } from './institutions.fixture.ts';
import { INSTITUTION_ATTACKS } from './institutions.ts';

const FIELDS = referenceFields();

/** Any choice within an attack's bounds, and more of those at the ends. */
function choices({ parameters }: Attack): fc.Arbitrary<Record<string, number>> {
  return fc.record(
    Object.fromEntries(
      Object.entries(parameters).map(([name, { least, most, value }]) => [
        name,
        fc.oneof(fc.constantFrom(least, most, value), fc.double({ min: least, max: most, noNaN: true })),
      ]),
    ),
  );
}

for (const attack of INSTITUTION_ATTACKS) {
  test(`${attack.id}: every field that defends is in the economy file`, () => {
    for (const field of attack.defendedBy) assert.ok(FIELDS.has(field), field);
    for (const { least, most, value } of Object.values(attack.parameters)) assert.ok(least <= value && value <= most);
  });

  test(`${attack.id}: at the reference it costs twice what it returns, whatever the attacker chooses`, () => {
    // A choice's draws are the same for every property run: what is drawn is averaged over as many worlds as it needs.
    const runs = attack.id === 'verifier-laziness' ? 300 : 6;
    fc.assert(
      fc.property(choices(attack), (parameters) => {
        const setting = settingFor(attack, { parameters });
        const stake = attack.attempt(setting, 0).stakeCredits;
        const { margin, cost, return: gained } = playedOver(attack, setting, runs);
        assert.ok(Number.isFinite(margin.mean) && cost.mean >= 0 && gained.mean >= 0 && stake >= 0);
        assert.ok(margin.mean >= 0, `${margin.mean} of ${gained.mean}`);
        const { costCredits, returnCredits } = attack.closedForm(setting) ?? { costCredits: 0, returnCredits: 0 };
        assert.ok(costCredits >= 2 * returnCredits, `in closed form ${costCredits} against ${returnCredits}`);
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  test(`${attack.id}: a run is a world of its own, and always the same one`, () => {
    const setting = settingFor(attack);
    assert.deepEqual(attack.attempt(setting, 3), attack.attempt(setting, 3));
    assert.ok(attack.minimumSize(setting) > 0);
    assert.ok(attack.attempt(setting, 3).stakeCredits >= 0);
  });
}
