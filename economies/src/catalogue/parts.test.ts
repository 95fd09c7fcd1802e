import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSection } from '../read.ts';
import { EconomyRefusal, type EconomyRefusalCode } from '../refusal.ts';
import { parseSource } from '../source.ts';
import { EPOCHS, type Measure, measured, SHARE, TOKENS, writtenAs } from './kinds.ts';
import {
  count,
  credits,
  derived,
  fineShare,
  hourlyRate,
  largeCount,
  largeCredits,
  list,
  namedMap,
  optional,
  section,
  share,
} from './parts.ts';

// What no field of the economy has yet, on a catalogue of its own.

const scale = { grainsPerUnit: 1_000_000n, epochMs: 3_600_000n, eraMs: 86_400_000n };
const any = { default: '1', min: '0', max: '100', stepMax: 'free' } as const;

const catalogue = section('A test.', {
  rate: optional(hourlyRate('ratePpbPerHour', 'Rate.', { ...any, min: '0 % per h', max: '1 % per h' }), {
    present: false,
  }),
  fine: optional(fineShare('finePpb', 'Fine.', { ...any, min: '0 %', max: '1 %' }), { present: false }),
  paid: optional(credits('paidGrains', 'Paid.', { ...any, min: '0 credits', max: '5 credits' }), { present: false }),
  many: optional(largeCount('many', 'Many.', { ...any, max: '1_000_000_000_000_000_000_000' }), { present: false }),
  fund: optional(
    largeCredits('fundGrains', 'Fund.', { ...any, min: '0 credits', max: '1_000_000_000_000_000 credits' }),
    { present: false },
  ),
  steps: optional(
    list('Steps.', { lengthMin: 1, lengthMax: 2, default: ['10 %'] }, share('share', 'Share.', { ...any, max: '1' })),
    { present: false },
  ),
  named: optional(
    namedMap(
      'Named.',
      { nameAs: 'name', names: /^[a-z]+$/, entries: {} },
      section('One.', { size: count('size', 'Size.', any) }),
    ),
    { present: false },
  ),
  double: optional(
    derived(section('Twice.', { size: count('size', 'Size.', any) }), ({ size }) => ({ twice: 2 * size })),
    { present: false },
  ),
  huge: optional(
    derived(section('Huge.', { size: count('size', 'Size.', any) }), ({ size }, _, safe) =>
      safe(BigInt(size) * 10n ** 20n),
    ),
    { present: false },
  ),
});

const read = (text: string) => readSection(catalogue, parseSource(text, 'x'), '', scale);

test('what is absent is null, and null is absent', () => {
  const nothing = read('rate: null');
  assert.equal(
    Object.values(nothing).every((value) => value === null),
    true,
  );
  assert.deepEqual(Object.keys(nothing).includes('ratePpbPerHour'), true);
});

test('finer rates, credits and large numbers are kept exactly', () => {
  const text = 'rate: 0.24 % per d\nfine: 3 ppb\npaid: 0.5 credits\nmany: 12_345_678_901_234_567_890';
  const profile = read(`${text}\nfund: 99_000_000_000_000.5 credits`);
  assert.equal(profile.ratePpbPerHour, 100_000);
  assert.equal(profile.finePpb, 3);
  assert.equal(profile.paidGrains, 500_000);
  assert.equal(profile.many, '12345678901234567890');
  assert.equal(profile.fundGrains, '99000000000000500000');
});

test('lists, named maps and computed parts', () => {
  const profile = read('steps: [1 %, 0.5]\nnamed: {b: {size: 2}, a: {size: 1}, c: null}\ndouble: {size: 4}');
  assert.deepEqual(profile.steps, [10_000, 500_000]);
  assert.deepEqual(profile.named, [
    { name: 'a', size: 1 },
    { name: 'b', size: 2 },
  ]);
  assert.deepEqual(profile.double, { twice: 8 });
});

const REFUSED: readonly (readonly [string, EconomyRefusalCode, string])[] = [
  ['rate: 1 %', 'ECONOMY-RATE', 'rate'],
  ['rate: 0.5 % per d', 'ECONOMY-PRECISION', 'rate'],
  ['fine: 0.1 ppb', 'ECONOMY-PRECISION', 'fine'],
  ['paid: 1 token', 'ECONOMY-AMOUNT', 'paid'],
  ['many: 1.5', 'ECONOMY-COUNT', 'many'],
  ['steps: []', 'ECONOMY-LENGTH', 'steps'],
  ['steps: [1 %, 2 %, 3 %]', 'ECONOMY-LENGTH', 'steps'],
  ['steps: [1 %, much]', 'ECONOMY-SHARE', 'steps[1]'],
  ['steps: 1 %', 'ECONOMY-TYPE', 'steps'],
  ['named: {}', 'ECONOMY-MISSING', 'named'],
  ['named: {A: {size: 1}}', 'ECONOMY-CHOICE', 'named.A'],
  ['double: {size: 101}', 'ECONOMY-BOUNDS', 'double.size'],
  ['huge: {size: 1}', 'ECONOMY-RANGE', 'huge'],
];

for (const [text, code, path] of REFUSED) {
  test(`refuses ${text}: ${code}`, () => {
    assert.throws(
      () => read(text),
      (error) => error instanceof EconomyRefusal && error.code === code && error.where === `x:1 ${path}`,
    );
  });
}

test('what a search writes is read back as the same', () => {
  const kinds: readonly Measure[] = [EPOCHS, SHARE, TOKENS];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.bigInt({ min: 0n, max: 2n ** 53n }), (kind, kept) => {
      const text = writtenAs(kind, kept, scale)!;
      const amount = measured(kind, text, scale)!;
      const unit = kind.keptIn(scale);
      assert.equal(amount.numerator * unit.denominator, kept * unit.numerator * amount.denominator, text);
    }),
  );
});
