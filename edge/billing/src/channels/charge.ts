import { type Charge, chargeDigest, decodeCharge, toHex, type Voucher, voucherDigest } from '@stannary/wire';
import { BillingRefusal } from '../refusals.ts';
import { atLeastOne, type Channel } from './channel.ts';
import { inForm, type RefusedVoucher, refused } from './voucher.ts';

// A voucher is a ceiling; what the payee took of it, it says itself and signs. So a payer may sign ahead of the work, a
// stranger who brings a voucher cannot have more of it paid than was earned, and the payer holds what it was charged.

/** What the payee signs for `grains` more of work. Refuses with CHARGE-CEILING above the voucher, BILLING-AMOUNT below 1. */
export function nextCharge(channel: Channel, voucher: Voucher, chargedGrains: number, grains: number): Charge {
  const charge = {
    voucherDigest: toHex(voucherDigest(channel.separator, voucher)),
    chargedGrains: chargedGrains + atLeastOne(grains, 'charge'),
  };
  if (charge.chargedGrains <= voucher.cumulativeGrains) return charge;
  throw new BillingRefusal('CHARGE-CEILING', aboveCeiling(voucher, charge));
}

/** A charge that its payee signed, under a voucher that covers it. */
export interface JudgedCharge {
  readonly outcome: 'charged';
  readonly charge: Charge;
}

/**
 * Judges a countersigned charge, for the payer that is shown it and for the contract that pays it; the voucher itself is not
 * judged here. Never throws for what anyone may send.
 *
 * Refuses with CHARGE-MALFORMED, CHARGE-VOUCHER (of another voucher), CHARGE-CEILING, CHARGE-SIGNATURE.
 */
export function judgeCharge(channel: Channel, voucher: Voucher, bytes: Uint8Array): JudgedCharge | RefusedVoucher {
  const read = inForm('CHARGE-MALFORMED', bytes, decodeCharge);
  if ('outcome' in read) return read;
  const { charge, signature } = read;
  const digest = toHex(voucherDigest(channel.separator, voucher));
  if (charge.voucherDigest !== digest)
    return refused('CHARGE-VOUCHER', { expected: `a charge under ${digest}`, got: charge.voucherDigest });
  if (charge.chargedGrains > voucher.cumulativeGrains) return refused('CHARGE-CEILING', aboveCeiling(voucher, charge));
  if (!channel.verifyPayee(voucher.payee, chargeDigest(channel.separator, charge), signature))
    return refused('CHARGE-SIGNATURE', { expected: "the payee's signature, or its operator's" });
  return { outcome: 'charged', charge };
}

function aboveCeiling({ cumulativeGrains }: Voucher, { chargedGrains }: Charge) {
  return { expected: `at most ${cumulativeGrains} grains`, got: `${chargedGrains}` };
}
