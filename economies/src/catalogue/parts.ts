import {
  COUNT,
  CREDITS,
  choiceKind,
  DATA_AMOUNT,
  DATE_KIND,
  DECIMAL_PLACES,
  EPOCHS,
  ERAS,
  FINE_SHARE,
  FLAG,
  HOURLY_RATE,
  type Kind,
  LARGE_COUNT,
  LARGE_CREDITS,
  LARGE_TOKENS,
  MILLISECONDS,
  MULTIPLE,
  PRICE,
  type Scale,
  SECONDS,
  SHARE,
  TOKENS,
  TOKENS_PER_WORK,
  textKind,
} from './kinds.ts';

// The words in which the catalogue says what an economy file holds. Parts are data: the reader, the JSON Schema, the
// reference page and the text of `init` are each one walk over them. A part's type carries what it is in the profile,
// so the type of the whole profile follows from the catalogue.

/** `profile` is never there at run time: it carries the type. */
interface Typed<Value, As extends string | null> {
  /** Key in the profile; null: the same as in the file. */
  readonly as: As;
  readonly profile?: Value;
}

/**
 * How far one version of an economy may move a field: `fixed` not at all, `free` anywhere, else by a share of the value
 * before (`20 %`), or by that share or an amount, whichever is more (`['20 %', '1 epoch']`).
 */
export type StepMax = 'fixed' | 'free' | string | readonly [share: string, amount: string];

export interface Field<As extends string = string, Value = unknown> extends Typed<Value, As> {
  readonly part: 'field';
  readonly kind: Kind<Value>;
  /** One sentence; what the unit and the bounds already say is left out. */
  readonly meaning: string;
  /** As `stannary init` writes it. */
  readonly default: string;
  /** Hard bounds, as written; null for words, flags and dates. */
  readonly min: string | null;
  readonly max: string | null;
  /** Zero is refused even where bounds are waived: arithmetic needs more. */
  readonly positive: boolean;
  readonly stepMax: StepMax;
  /** Unit in which a count counts; other kinds have their own. */
  readonly unit: string;
}

export interface Section<Fields extends Parts = Parts, Value = unknown> extends Typed<Value, null> {
  readonly part: 'section';
  readonly meaning: string;
  readonly fields: Fields;
}

/** Entries of one form under names, sections or single fields. In the profile a list sorted by name, with the names. */
export interface NamedMap<Item extends AnyPart = AnyPart, Value = unknown> extends Typed<Value, null> {
  readonly part: 'map';
  readonly meaning: string;
  readonly item: Item;
  /** Key of the name in each entry of the profile. */
  readonly nameAs: string;
  /** The names there are, or the form of a name. */
  readonly names: readonly string[] | RegExp;
  /** All of `names` must be there. */
  readonly complete: boolean;
  /** What `init` writes: names, what each is, and where its values differ from the item's defaults. */
  readonly entries: Readonly<Record<string, EntryDefaults>>;
}

export interface EntryDefaults {
  readonly meaning: string;
  /** Where the item is a single field, its text under the field's profile key. */
  readonly set: Defaults;
}

/** Nested texts that take the place of defaults. */
export interface Defaults {
  readonly [key: string]: string | Defaults | readonly (string | Defaults)[];
}

export interface List<Item extends AnyPart = AnyPart, Value = unknown> extends Typed<Value, null> {
  readonly part: 'list';
  readonly meaning: string;
  readonly item: Item;
  readonly lengthMin: number;
  readonly lengthMax: number;
  /** What `init` writes, one entry an item. */
  readonly default: readonly (string | Defaults)[];
}

/** A section whose fields depend on one of them, its tag. */
export interface Variant<Value = unknown> extends Typed<Value, null> {
  readonly part: 'variant';
  readonly meaning: string;
  readonly tag: string;
  readonly default: string;
  readonly cases: Cases;
}

/** What may be left out: null in the profile. */
export interface Optional<Inner extends AnyPart = AnyPart, Value = unknown, As extends string | null = string | null>
  extends Typed<Value, As> {
  readonly part: 'optional';
  readonly inner: Inner;
  /** Whether `init` writes it. */
  readonly present: boolean;
}

/** A part whose profile is computed from what was read. */
export interface Derived<Value = unknown> extends Typed<Value, null> {
  readonly part: 'derived';
  readonly inner: AnyPart;
  readonly derive: (read: never, scale: FullScale, safe: ToSafe) => Value;
}

/** A bigint as a number; past 2^53 - 1 the file is refused. */
export type ToSafe = (value: bigint) => number;

/** A scale that has been read in full. */
export interface FullScale extends Scale {
  readonly epochMs: bigint;
  readonly eraMs: bigint;
}

export type AnyPart = Field | Section | NamedMap | List | Variant | Optional | Derived;
export type Parts = { readonly [key: string]: AnyPart };
export type Cases = { readonly [name: string]: Section | Derived };

/** Whether a part may be left out, in itself or in what it is derived from. */
export function isOptional(part: AnyPart): boolean {
  return part.part === 'optional' || (part.part === 'derived' && isOptional(part.inner));
}

/** What a part is in the profile. */
export type ProfileOf<P> = P extends { readonly profile?: infer Value } ? Value : never;

type KeyOf<Key extends string, P> = P extends { readonly as: infer As } ? (As extends string ? As : Key) : Key;
type FieldsProfile<F extends Parts> = { readonly [K in keyof F & string as KeyOf<K, F[K]>]: ProfileOf<F[K]> };
type CaseProfile<Tag extends string, C extends Cases> = {
  readonly [Name in keyof C & string]: { readonly [T in Tag]: Name } & ProfileOf<C[Name]>;
}[keyof C & string];

export function section<const F extends Parts>(meaning: string, fields: F): Section<F, FieldsProfile<F>> {
  return { part: 'section', as: null, meaning, fields };
}

interface MapForm<NameAs extends string, Name extends string> {
  readonly nameAs: NameAs;
  readonly names: readonly Name[] | RegExp;
  readonly complete?: boolean;
  readonly entries: { readonly [name: string]: EntryDefaults };
}

/** An entry that is a single field stands in the profile beside its name, under its own key. */
type EntryOf<Item> = Item extends { readonly part: 'field'; readonly as: infer As extends string }
  ? { readonly [A in As]: ProfileOf<Item> }
  : ProfileOf<Item>;

export function namedMap<Item extends AnyPart, const NameAs extends string, const Name extends string = string>(
  meaning: string,
  form: MapForm<NameAs, Name>,
  item: Item,
): NamedMap<Item, readonly ({ readonly [N in NameAs]: Name } & EntryOf<Item>)[]> {
  return { part: 'map', as: null, meaning, item, complete: false, ...form };
}

interface ListForm {
  readonly lengthMin: number;
  readonly lengthMax: number;
  readonly default: readonly (string | Defaults)[];
}

export function list<Item extends AnyPart>(
  meaning: string,
  form: ListForm,
  item: Item,
): List<Item, readonly ProfileOf<Item>[]> {
  return { part: 'list', as: null, meaning, item, ...form };
}

export function variant<const Tag extends string, const C extends Cases>(
  meaning: string,
  form: { readonly tag: Tag; readonly default: keyof C & string },
  cases: C,
): Variant<CaseProfile<Tag, C>> {
  return { part: 'variant', as: null, meaning, ...form, cases };
}

export function optional<Inner extends AnyPart>(
  inner: Inner,
  form: { readonly present: boolean },
): Optional<Inner, ProfileOf<Inner> | null, Inner['as']> {
  return { part: 'optional', as: inner.as, inner, ...form };
}

/** Computes a part's profile: folds units together, adds codes, renames. */
export function derived<Inner extends AnyPart, Value>(
  inner: Inner,
  derive: (read: ProfileOf<Inner>, scale: FullScale, safe: ToSafe) => Value,
): Derived<Value> {
  return { part: 'derived', as: null, inner, derive };
}

interface Form {
  readonly default: string;
  readonly min: string;
  readonly max: string;
  readonly stepMax: StepMax;
  readonly positive?: boolean;
  readonly unit?: string;
}

/** A builder of fields of one measured kind. */
function measure<Value>(kind: Kind<Value>) {
  return <const As extends string>(as: As, meaning: string, form: Form): Field<As, Value> => ({
    part: 'field',
    kind,
    as,
    meaning,
    positive: false,
    unit: kind.keptUnit,
    ...form,
  });
}

export const milliseconds = measure(MILLISECONDS);
export const seconds = measure(SECONDS);
export const epochs = measure(EPOCHS);
export const eras = measure(ERAS);
export const share = measure(SHARE);
export const multiple = measure(MULTIPLE);
export const fineShare = measure(FINE_SHARE);
export const hourlyRate = measure(HOURLY_RATE);
export const count = measure(COUNT);
export const largeCount = measure(LARGE_COUNT);
export const tokens = measure(TOKENS);
export const credits = measure(CREDITS);
export const largeTokens = measure(LARGE_TOKENS);
export const largeCredits = measure(LARGE_CREDITS);
export const price = measure(PRICE);
export const tokensPerWork = measure(TOKENS_PER_WORK);
export const dataAmount = measure(DATA_AMOUNT);
export const decimalPlaces = measure(DECIMAL_PLACES);

interface PlainForm<Default extends string = string> {
  readonly default: Default;
  readonly stepMax: 'fixed' | 'free';
}

function plain<As extends string, Value>(
  as: As,
  kind: Kind<Value>,
  meaning: string,
  form: PlainForm,
): Field<As, Value> {
  return { part: 'field', kind, as, meaning, min: null, max: null, positive: false, unit: kind.keptUnit, ...form };
}

export function flag<const As extends string>(as: As, meaning: string, form: PlainForm<'true' | 'false'>) {
  return plain(as, FLAG, meaning, form);
}

export function text<const As extends string>(as: As, meaning: string, pattern: RegExp, form: PlainForm) {
  return plain(as, textKind(pattern), meaning, form);
}

export function choice<const As extends string, const Word extends string>(
  as: As,
  meaning: string,
  words: readonly Word[],
  form: PlainForm<NoInfer<Word>>,
) {
  return plain(as, choiceKind(words), meaning, form);
}

export function date<const As extends string>(as: As, meaning: string, form: PlainForm) {
  return plain(as, DATE_KIND, meaning, form);
}
