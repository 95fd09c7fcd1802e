import { RESOURCE_CODES } from '@stannary/wire';
import { type TObject, type TProperties, Type } from 'typebox';

// The shape of an economy file. Values are numbers or text with a unit; `read-economy.ts` turns them into integers, so
// the schema checks names, presence and rough form, and carries the meaning of each field to editors.

const value = (description: string, examples: readonly string[]) =>
  Type.Unsafe<string | number>({ type: ['string', 'number'], description, examples });
const duration = (description: string) => value(description, ['5 s', '24 h', '7 d']);
const share = (description: string) => value(description, ['5 %', '0.05', '50_000 ppm']);
const tokens = (description: string) => value(description, ['1_000 tokens']);
const price = (description: string) => value(description, ['0.01 credits per NCU·h', '50 credits per NCU·s']);
const count = (description: string) => value(description, ['10', '1_000_000']);
const choice = (description: string, choices: readonly string[]) =>
  Type.Unsafe<string>({ type: 'string', enum: choices, description });
const group = <Fields extends TProperties>(description: string, fields: Fields) =>
  Type.Object(fields, { additionalProperties: false, description });

const resource = group('One meter: ncuMs = floor(quantity * coefficient / divisor)', {
  coefficient: count('Numerator of the normalisation'),
  divisor: count('Denominator of the normalisation'),
  billed: Type.Boolean({ description: 'False: shown and bounded, never billed' }),
  quantityPerNcuMsMax: count('Plausibility: most units one NCU can make in a millisecond'),
});

const nodeClass = group('One class of nodes', {
  emissionShare: share("Share of an epoch's emission that the class divides"),
  curve: group('Rewarded work: min(work, what the bond covers)', {
    kind: choice('Shape of the curve', ['linear-capped']),
    ncu: count('Capacity covered by `bond`, NCU'),
    bond: tokens('Bond that covers `ncu`'),
  }),
  operatorCap: share("One operator's largest share of the class's work before caps"),
  bondMin: tokens('Required bond'),
  marginCall: share('Below this share of the required bond a node is warned'),
  stopLine: share('Below this share of the required bond a node gets no work'),
});

const offence = group('One offence', {
  mode: choice('shadow: evaluated and published, nothing moves', ['shadow', 'live']),
  slash: share('Share of the bond, rounded up'),
  statistic: choice('What is compared with the threshold', ['proof-count', 'share', 'score']),
  threshold: value('At or past this the offence is proven', ['1', '50 %']),
});

export const OFFENCES = ['abandoned-work', 'equivocation', 'low-reputation', 'wrong-result'] as const;

/** A complete economy file, after `extends` is resolved. */
export const economySchema = group('A Stannary economy', {
  name: Type.String({ description: 'Name of the economy', pattern: '^[a-z][a-z0-9-]*$' }),
  version: count('Version, counted up with each change'),
  grainsPerUnit: count('Smallest units in one credit and in one work token'),
  limits: group('Sizes for which sums are proven exact', {
    nodes: count('Most nodes'),
    nodeNcu: count('Most capacity of one node, NCU'),
  }),
  cadence: group('Epochs and eras', {
    epoch: duration('Work is metered, priced and settled per epoch'),
    era: duration('Payouts are posted per era; whole epochs'),
    grace: duration('Batches are taken until the end of their epoch plus this; at most one epoch'),
    late: duration('A batch up to this late counts as a correction; whole epochs'),
    holdback: duration('Earnings vest this much later; whole eras'),
    appeal: duration('A proposed fault is final after this; whole epochs'),
    clockSkew: duration("Largest accepted difference between a node's clock and the network's"),
  }),
  resources: Type.Object(
    Object.fromEntries(Object.keys(RESOURCE_CODES).map((name) => [name, Type.Optional(resource)])),
    { additionalProperties: false, description: 'Meters, by the name of the resource' },
  ),
  classes: Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]*$' }), nodeClass, {
    additionalProperties: false,
    minProperties: 1,
    description: 'Node classes, by name',
  }),
  price: group("Spot price: p' = clamp(p(1 + gain(U - target)/target), floor, cap)", {
    initial: price('Of the first two epochs'),
    floor: price('Lowest price'),
    cap: price('Highest price'),
    targetUtilisation: share('Utilisation at which the price stands still'),
    gain: share('Step per epoch and relative deviation'),
  }),
  take: group('Shares of every charge that the provider does not get', {
    burn: share('Burned'),
    insurance: share('To insurance'),
    treasury: share('To the treasury'),
  }),
  emission: group('Work tokens made for verified work', {
    kind: choice('Rule', ['fixed-per-epoch']),
    amount: tokens('Made in each `every`'),
    every: duration('Period of `amount`'),
    cap: tokens('Lifetime limit'),
  }),
  verification: group('Audits by blind re-execution', {
    auditFloor: share('Least probability of an audit'),
    detection: share('Probability that an audit exposes a cheat'),
    consecutiveValidMin: count('Confirmed audits in a row before a node is audited less than always'),
    replicasToConvict: count('Blind replicas that must agree against the accused'),
  }),
  offences: group('Offences', Object.fromEntries(OFFENCES.map((name) => [name, offence]))),
  slash: group('Where a slashed bond goes; makes 100 %', {
    challenger: share('To the challenger'),
    insurance: share('To insurance'),
    burn: share('Burned'),
  }),
  reputation: group('Forgetting Beta reputation', {
    lambda: share('Forgetting factor per observation'),
    multiplierMin: share("A newcomer's weight in allocation"),
    multiplierMax: share("A perfect score's weight in allocation"),
  }),
  settlement: group('On the chain', {
    challengeWindow: duration('A posted era may be challenged for this long'),
    appeal: duration('A proposed slash may be answered for this long'),
    activation: duration('A new bond counts after this'),
    unbonding: duration('A withdrawn bond can be slashed for this long'),
    posterBond: tokens('What the poster of eras stands to lose'),
  }),
});

/**
 * The JSON Schema for editors (`stannary.schema.json`): the same fields, but only a file that does not extend another
 * one must have them all.
 */
export function editorSchema(): object {
  const { required, properties, ...top } = withoutRequired(economySchema) as TObject;
  const extendsField = Type.String({ description: 'The economy that this file changes: a bundled name or a path' });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...top,
    properties: { extends: extendsField, ...properties },
    if: { required: ['extends'] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
    then: {},
    else: { required: economySchema.required },
  };
}

function withoutRequired(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutRequired);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key, item]) => !(key === 'required' && Array.isArray(item)));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutRequired(item)]));
}
