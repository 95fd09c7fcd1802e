import { KernelRefusal } from '../refusal.ts';
import { isAmount } from './exact.ts';

// The number kinds of the kernel. Every one is an exact integer in a JavaScript number, |x| <= 2^53 - 1;
// sums over accounts or lifetimes are bigint. See docs/explanation/economics.md.

declare const kind: unique symbol;
type Kind<Name extends string> = number & { readonly [kind]: Name };

/** Smallest money unit of an asset. 1 credit = 1 token = `economy.grainsPerUnit` grains. */
export type Grains = Kind<'Grains'>;
/** Normalised compute units times milliseconds. */
export type NcuMs = Kind<'NcuMs'>;
/** Parts per million, 1_000_000 = 100 %. */
export type Ppm = Kind<'Ppm'>;
/** Index of an epoch, counted from genesis. */
export type Epoch = Kind<'Epoch'>;
/** Index of an era; era = floor(epoch / epochsPerEra). */
export type Era = Kind<'Era'>;
/** Price of normalised work: millionths of a grain per NCU and second. */
export type MicrograinsPerNcuS = Kind<'MicrograinsPerNcuS'>;

/** Work times price over this is an amount: a thousand milliseconds to the second, a million micrograins to the grain. */
export const NCU_MS_MICROGRAINS_PER_GRAIN = 1_000_000_000;

/** Checked constructors: the value itself, typed. @throws KernelRefusal KERNEL-AMOUNT unless an integer from 0 to 2^53 - 1. */
export const grains = (value: number): Grains => checked(value, 'grains') as Grains;
export const ncuMs = (value: number): NcuMs => checked(value, 'ncuMs') as NcuMs;
export const ppm = (value: number): Ppm => checked(value, 'ppm') as Ppm;
export const epochIndex = (value: number): Epoch => checked(value, 'epoch') as Epoch;
export const eraIndex = (value: number): Era => checked(value, 'era') as Era;
export const micrograinsPerNcuS = (value: number): MicrograinsPerNcuS =>
  checked(value, 'micrograinsPerNcuS') as MicrograinsPerNcuS;

function checked(value: number, where: string): number {
  if (!isAmount(value)) throw new KernelRefusal('KERNEL-AMOUNT', where, 'an integer from 0 to 2^53 - 1', value);
  return value;
}
