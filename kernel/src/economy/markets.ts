import type { OracleRule } from '../assets/oracle.ts';
import type { Grains, Ppm } from '../numbers/quantities.ts';

/** How capacity is sold. A class lists which of them it offers. */
export interface PricingModels {
  /** A grant of work to a group for a term, drawn down; all grants hold at most this share of a class. */
  readonly project: { readonly termEpochs: number; readonly sharePpmMax: Ppm };
  /** A recurring entitlement; what goes past it is charged at this multiple of the spot price. */
  readonly subscription: { readonly periodEpochs: number; readonly overagePpm: number };
  /** Preemptible, at the floating price; notice before capacity is taken back. */
  readonly spot: { readonly reclaimNoticeMs: number };
  /** Per task, by voucher: most that may be outstanding between two vouchers. */
  readonly micropayment: { readonly exposureGrainsMax: Grains };
  /** Several nodes sold as one; spares replace failed members. */
  readonly pool: { readonly nodesMax: number; readonly spares: number };
}

/** Where the value of a work token comes from. */
export interface OraclePolicy {
  /** `fixed`: the price below, always; `reports`: by the rule, and the price below until there are any. */
  readonly source: 'fixed' | 'reports';
  /** Millionths of a credit grain for one token grain. */
  readonly priceMicrograins: number;
  readonly rule: OracleRule;
}
