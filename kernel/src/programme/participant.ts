import { isAmount } from '../numbers/wide.ts';
import { KernelRefusal } from '../refusal.ts';
import type { AmountRule } from './rules.ts';

/** One participant's reported columns of one period. Amounts in their smallest unit, shares in ppm, counts as they are. */
export interface Participant {
  readonly account: string;
  readonly amounts: Readonly<Record<string, bigint>>;
  readonly flags: Readonly<Record<string, boolean>>;
}

/** @throws KernelRefusal KERNEL-COLUMN-UNKNOWN, KERNEL-AMOUNT (not from 0 to 2^256 - 1) */
export function amountOf(participant: Participant, rule: AmountRule): bigint {
  switch (rule.kind) {
    case 'column':
      return readAmount(participant, rule.column);
    case 'least':
      return rule.columns.map((column) => readAmount(participant, column)).reduce((x, y) => (y < x ? y : x));
    case 'sum': {
      const net = total(participant, rule.plus) - total(participant, rule.minus);
      return net < 0n ? 0n : net;
    }
  }
}

export function readAmount(participant: Participant, column: string): bigint {
  const amount = Object.hasOwn(participant.amounts, column) ? participant.amounts[column] : undefined;
  if (amount === undefined) throw unknownColumn(participant, column, 'an amount');
  if (isAmount(amount)) return amount;
  throw new KernelRefusal('KERNEL-AMOUNT', place(participant, column), 'an integer from 0 to 2^256 - 1', amount);
}

/** @throws KernelRefusal KERNEL-COLUMN-UNKNOWN */
export function readFlag(participant: Participant, column: string): boolean {
  const flag = Object.hasOwn(participant.flags, column) ? participant.flags[column] : undefined;
  if (flag === undefined) throw unknownColumn(participant, column, 'a flag');
  return flag;
}

function total(participant: Participant, columns: readonly string[]): bigint {
  return columns.reduce((sum, column) => sum + readAmount(participant, column), 0n);
}

function place(participant: Participant, column: string): string {
  return `${participant.account}.${column}`;
}

function unknownColumn(participant: Participant, column: string, what: string): KernelRefusal {
  return new KernelRefusal('KERNEL-COLUMN-UNKNOWN', place(participant, column), `${what} of that name`, 'none');
}
