import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { wideAmount } from './amount.fixture.ts';
import * as w from './wad.ts';
import { WIDE_MAX } from './wide.ts';

const { expWad, lnWad, powWad, wad, WAD } = w;
const HALF = WAD / 2n;
/** The same draws on every run: what is measured below is no theorem. */
const DRAWS = { numRuns: 5_000, seed: 1 };

const between = (min: bigint, max: bigint) => fc.bigInt({ min, max }).map(wad);

test('anchor 6: expWad', () => {
  const known: readonly (readonly [bigint, bigint])[] = [
    [1n, 1000000000000000001n],
    [-1n, 999999999999999999n],
    [-WAD, 367879441171442321n],
    [HALF, 1648721270700128146n],
    [WAD, 2718281828459045235n],
    [WAD / 8n, 1133148453066826316n],
    [3n * WAD, 20085536923187667741n],
    [10n * WAD, 22026465794806716516980n],
    [-41446531673892822312n, 1n],
    [-41446531673892822313n, 0n],
    [-(2n ** 255n), 0n],
    [135305999368893231588n, 57896044618658097650144101621524338577433870140581303254786265309376407432913n],
  ];
  for (const [x, expected] of known) assert.equal(expWad(wad(x)), expected);
});

test('anchor 7: lnWad', () => {
  const known: readonly (readonly [bigint, bigint])[] = [
    [1n, -41446531673892822313n],
    [42n, -37708862055609454007n],
    [10n ** 4n, -32236191301916639577n],
    [10n ** 9n, -20723265836946411157n],
    [HALF, -693147180559945310n],
    [WAD, 0n],
    [2n * WAD, 693147180559945309n],
    [2718281828459045235n, 999999999999999999n],
    [2n ** 128n, 47276307437780177293n],
  ];
  for (const [x, expected] of known) assert.equal(lnWad(wad(x)), expected);
});

test('anchor 8: powWad', () => {
  const known: readonly (readonly [bigint, bigint, bigint])[] = [
    [2n * WAD, HALF, 1414213562373095047n],
    [2n * WAD, WAD, 1999999999999999999n],
    [2n * WAD, 3n * WAD, 7999999999999999989n],
    [HALF, HALF, 707106781186547524n],
    [1040000000000000000n, HALF, 1019803902718556965n],
    [1040000000000000000n, WAD / 5n, 1007874988517892175n],
    [5n * WAD, 0n, WAD],
  ];
  for (const [x, y, expected] of known) assert.equal(powWad(wad(x), wad(y)), expected);
});

test('past its largest argument expWad refuses, and so does powWad: KERNEL-RANGE', () => {
  assert.throws(() => expWad(wad(135305999368893231589n)), refusal('KERNEL-RANGE'));
  assert.throws(() => powWad(wad(2n * WAD), wad(200n * WAD)), refusal('KERNEL-RANGE'));
  assert.throws(() => powWad(wad(3n * WAD), wad(2n ** 255n - 1n)), refusal('KERNEL-RANGE'));
  assert.throws(() => powWad(wad(3n * WAD), wad(-(2n ** 255n))), refusal('KERNEL-RANGE'));
});

test('no number has a logarithm but those above 0: KERNEL-LOGARITHM', () => {
  for (const x of [0n, -1n, -(2n ** 255n)]) {
    assert.throws(() => lnWad(wad(x)), refusal('KERNEL-LOGARITHM'));
    assert.throws(() => powWad(wad(x), wad(0n)), refusal('KERNEL-LOGARITHM'));
  }
});

test('refuses what is no wad: KERNEL-AMOUNT', () => {
  for (const wrong of [2n ** 255n, -(2n ** 255n) - 1n, 1 as unknown as bigint] as w.Wad[]) {
    assert.throws(() => wad(wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => expWad(wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => lnWad(wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => powWad(WAD, wrong), refusal('KERNEL-AMOUNT'));
  }
  for (const wrong of [-1n, WIDE_MAX + 1n, 1 as unknown as bigint] as w.Wad[]) {
    for (const call of [w.mulWadDown, w.mulWadUp, w.divWadDown, w.divWadUp]) {
      assert.throws(() => call(wrong, WAD), refusal('KERNEL-AMOUNT'));
      assert.throws(() => call(WAD, wrong), refusal('KERNEL-AMOUNT'));
    }
    assert.throws(() => w.sqrtWad(wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => w.powIntegerDown(wrong, 2), refusal('KERNEL-AMOUNT'));
  }
  for (const wrong of [-1, 0.5, 2 ** 53, Number.NaN]) {
    assert.throws(() => w.powIntegerUp(WAD, wrong), refusal('KERNEL-AMOUNT'));
  }
});

test('expWad and lnWad never fall', () => {
  const exponent = between(-43n * WAD, 135n * WAD);
  const step = fc.oneof(fc.constant(1n), fc.bigInt({ min: 1n, max: WAD / 10n }));
  fc.assert(fc.property(exponent, step, (x, up) => assert.ok(expWad(x) <= expWad(wad(x + up)))));
  fc.assert(fc.property(between(1n, 2n ** 254n), step, (x, up) => assert.ok(lnWad(x) <= lnWad(wad(x + up)))));
});

test('ln undoes exp to within a unit, where exp has the digits for it', () => {
  fc.assert(
    fc.property(between(0n, 135n * WAD), (x) => {
      const back = lnWad(expWad(x)) - x;
      assert.ok(back >= -2n && back <= 1n, `${x}: ${back}`);
    }),
  );
});

test('powWad, base 1 to 4 and exponent 0 to 2: above the true power by less than a unit, below by at most 41', () => {
  assert.ok(!isAtMostRoot(powWad(wad(WAD + 8n), wad(WAD / 8n)), WAD + 8n, 2), 'it can be above');
  fc.assert(
    fc.property(between(WAD, 4n * WAD), fc.integer({ min: 0, max: 32 }), (base, sixteenths) => {
      const power = powWad(base, wad((WAD / 16n) * BigInt(sixteenths)));
      assert.ok(isAtMostRoot(power - 1n, base, sixteenths));
      assert.ok(!isAtMostRoot(power + 42n, base, sixteenths));
    }),
    DRAWS,
  );
});

/** power <= base^(n/16), all of them wads, without a root: power^16 * WAD^n <= base^n * WAD^16. */
function isAtMostRoot(power: bigint, base: bigint, n: number): boolean {
  return power ** 16n * WAD ** BigInt(n) <= base ** BigInt(n) * WAD ** 16n;
}

test('powWad, base below 1 and whole exponents: above the true power by less than 6 units, if at all', () => {
  fc.assert(
    fc.property(between(1n, WAD - 1n), fc.integer({ min: 1, max: 20 }), (base, exponent) => {
      const power = powWad(base, wad(BigInt(exponent) * WAD));
      assert.ok((power - 6n) * WAD ** BigInt(exponent - 1) < base ** BigInt(exponent));
    }),
    DRAWS,
  );
});

test('powInteger holds the true power between its two roundings, less than `exponent` units apart from it', () => {
  fc.assert(
    fc.property(between(0n, WAD), fc.integer({ min: 1, max: 300 }), (base, exponent) => {
      const scale = WAD ** BigInt(exponent - 1);
      const truth = base ** BigInt(exponent);
      const [down, up] = [w.powIntegerDown(base, exponent), w.powIntegerUp(base, exponent)];
      assert.ok(down * scale <= truth && truth < (down + BigInt(exponent)) * scale);
      assert.ok(up * scale >= truth && truth > (up - BigInt(exponent)) * scale);
    }),
  );
  fc.assert(
    fc.property(between(WAD, 9n * WAD), fc.integer({ min: 1, max: 60 }), (base, exponent) => {
      const scale = WAD ** BigInt(exponent - 1);
      const truth = base ** BigInt(exponent);
      assert.ok(w.powIntegerDown(base, exponent) * scale <= truth && w.powIntegerUp(base, exponent) * scale >= truth);
    }),
  );
});

test('powInteger is exact where powWad is not', () => {
  assert.equal(w.powIntegerDown(wad(2n * WAD), 1), 2n * WAD);
  assert.equal(w.powIntegerUp(wad(2n * WAD), 3), 8n * WAD);
  assert.equal(w.powIntegerDown(wad(1_500_000_000_000_000_000n), 3), 3_375_000_000_000_000_000n);
  assert.equal(w.powIntegerDown(wad(0n), 0), WAD);
  assert.equal(w.powIntegerDown(HALF as w.Wad, Number.MAX_SAFE_INTEGER), 0n);
  assert.equal(w.powIntegerUp(HALF as w.Wad, Number.MAX_SAFE_INTEGER), 1n);
});

test('powInteger refuses a power past 256 bits, but not for a square that no product needs: KERNEL-RANGE', () => {
  assert.equal(w.powIntegerDown(wad(2n * WAD), 196), WAD * 2n ** 196n);
  assert.throws(() => w.powIntegerDown(wad(2n * WAD), 197), refusal('KERNEL-RANGE'));
  assert.throws(() => w.powIntegerUp(wad(2n * WAD), 197), refusal('KERNEL-RANGE'));
});

test('mulWad and divWad round to their side, within 256 bits: KERNEL-RANGE, KERNEL-DIVIDE-BY-ZERO', () => {
  fc.assert(
    fc.property(wideAmount, wideAmount, (x, y) => {
      if (x * y <= WIDE_MAX) {
        assert.equal(w.mulWadDown(x, y as w.Wad), (x * y) / WAD);
        assert.equal(w.mulWadUp(x, y as w.Wad), (x * y + WAD - 1n) / WAD);
      } else {
        assert.throws(() => w.mulWadDown(x, y as w.Wad), refusal('KERNEL-RANGE'));
        assert.throws(() => w.mulWadUp(x, y as w.Wad), refusal('KERNEL-RANGE'));
      }
      if (x * WAD <= WIDE_MAX && y > 0n) {
        assert.equal(w.divWadDown(x, y), (x * WAD) / y);
        assert.equal(w.divWadUp(x, y), (x * WAD + y - 1n) / y);
      } else {
        const code = y > 0n || x * WAD > WIDE_MAX ? 'KERNEL-RANGE' : 'KERNEL-DIVIDE-BY-ZERO';
        assert.throws(() => w.divWadDown(x, y), refusal(code));
        assert.throws(() => w.divWadUp(x, y), refusal(code));
      }
    }),
    { numRuns: 2_000 },
  );
  assert.throws(() => w.divWadUp(1n, 0n), refusal('KERNEL-DIVIDE-BY-ZERO'));
  const [half, two] = [wad(HALF), wad(2n * WAD)];
  assert.equal(w.mulWadDown(3n, half), 1n);
  assert.equal(w.mulWadUp(3n, half), 2n);
  assert.equal(w.divWadDown(2n, 3n), 666_666_666_666_666_666n);
  assert.equal(w.divWadUp(2n, 3n), 666_666_666_666_666_667n);
  assert.equal(w.sqrtWad(two), 1_414_213_562_373_095_048n);
});

test('sqrtWad is the root rounded down, also where x * 10^18 passes 256 bits', () => {
  fc.assert(
    fc.property(wideAmount, (x) => {
      const root = w.sqrtWad(x as w.Wad);
      assert.ok(root * root <= x * WAD && x * WAD < (root + 1n) * (root + 1n));
    }),
  );
});

test('fullMulDiv takes products of 512 bits', () => {
  assert.equal(w.fullMulDivDown(WIDE_MAX, WAD, 2n * WAD), 2n ** 255n - 1n);
  assert.equal(w.fullMulDivUp(WIDE_MAX, WAD, 2n * WAD), 2n ** 255n);
});
