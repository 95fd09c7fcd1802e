// How each public data set was trimmed: from the text of its origin's files to the text that the loaders read.

export interface FetchedFile {
  /** Path in its repository or package. */
  readonly path: string;
  readonly text: string;
}

type Trim = (files: readonly FetchedFile[]) => string;

const only = (files: readonly FetchedFile[]): string => files[0]!.text;

/** Lines without their ends; an end after the last line is no further line. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

const csv = (header: string, rows: readonly (readonly string[])[]): string =>
  [header, ...rows.map((row) => row.join(','))].map((line) => `${line}\n`).join('');

/** Short names in the order of first use. */
function namer(prefix: string, digits: number, first: number): (name: string) => string {
  const names = new Map<string, string>();
  return (name) => {
    const known = names.get(name) ?? `${prefix}${`${names.size + first}`.padStart(digits, '0')}`;
    names.set(name, known);
    return known;
  };
}

const GPUS: Readonly<Record<string, number>> = {
  'p2.xlarge': 1,
  'p2.8xlarge': 8,
  'p2.16xlarge': 16,
  'p3.2xlarge': 1,
  'p3.8xlarge': 4,
  'p3.16xlarge': 8,
};

interface SpotPrice {
  readonly AvailabilityZone: string;
  readonly InstanceType: string;
  readonly ProductDescription: string;
  readonly SpotPrice: string;
  readonly Timestamp: string;
}

const withoutMilliseconds = (stamp: string): string => stamp.replace(/\.\d+/, '');

/** The overlapping dumps merged; of doubles (same time, zone, type, product) the first. */
const spotEvents: Trim = (files) => {
  const rows = new Map<string, string[]>();
  for (const { path, text } of files) {
    const region = path.split('/').at(-2)!;
    for (const one of (JSON.parse(text) as { SpotPriceHistory: readonly SpotPrice[] }).SpotPriceHistory) {
      const { AvailabilityZone: zone, InstanceType: type, ProductDescription: product, SpotPrice: price } = one;
      const time = withoutMilliseconds(one.Timestamp);
      const key = [time, zone, type, product].join(',');
      if (!rows.has(key)) rows.set(key, [time, region, zone, type, `${GPUS[type]}`, product, price]);
    }
  }
  const sorted = [...rows.values()].sort((x, y) => (x.join(',') < y.join(',') ? -1 : 1));
  return csv('timestamp_utc,region,availability_zone,instance_type,gpus,product,usd_per_hour', sorted);
};

const PING =
  /^\[(?<time>[^\]]+)\] (?:(?<created>Created) instance (?<a>\S+) with (?<gpus>\d+) GPU\(s\) of type (?<type>\S+) in zone (?<zoneA>\S+)|Instance (?<b>\S+) (?<state>running|not running) in zone (?<zoneB>\S+)|Instance (?<c>\S+) creation failed|Successfully deleted instance (?<d>\S+))$/;

/** A slot's zone and GPU are those of its last line that named them. */
const pings: Trim = (files) => {
  const slots = new Map<string, { zone: string; type: string; gpus: string }>();
  const rows = linesOf(only(files)).flatMap((line) => {
    const found = PING.exec(line)?.groups;
    if (found === undefined) return [];
    const slot = (found.a ?? found.b ?? found.c ?? found.d)!;
    const known = slots.get(slot) ?? { zone: '', type: '', gpus: '' };
    const now = {
      zone: found.zoneA ?? found.zoneB ?? known.zone,
      type: found.type ?? known.type,
      gpus: found.gpus ?? known.gpus,
    };
    slots.set(slot, now);
    const event = found.created
      ? 'created'
      : (found.state?.replace(' ', '_') ?? (found.c ? 'creation_failed' : 'deleted'));
    return [[withoutMilliseconds(found.time!), 'gcp', now.zone, slot, now.type, now.gpus, event]];
  });
  return csv('timestamp_utc,cloud,zone,slot,gpu_type,gpus,event', rows);
};

const shortFunctionNames: Trim = (files) => {
  const [app, func] = [namer('app', 2, 0), namer('fn', 3, 0)];
  const rows = linesOf(only(files))
    .slice(1)
    .map((line) => line.split(','))
    .map(([appHash, funcHash, end, duration]) => [app(appHash!), func(funcHash!), end!, duration!]);
  return csv('app,func,end_timestamp_s,duration_s', rows);
};

/** `value,runtime,starttime,VM_id` of each file, with what the path says of it. */
const joinedScores: Trim = (files) => {
  const rows = files.flatMap(({ path, text }) => {
    const [, lifespan, sku] = /vm_lifespan=(\w+)\/.*vm_sku=(\w+)\//.exec(path)!;
    return linesOf(text)
      .slice(1)
      .map((line) => line.split(','))
      .map(([value, runtime, start, id]) => [lifespan!, sku!, value!, runtime!, withoutMilliseconds(start!), id!]);
  });
  return csv('vm_lifespan,vm_sku,bogo_ops_per_s,runtime_s,start_time,vm_id', rows);
};

const KINDS: Readonly<Record<string, string>> = {
  user_reported: 'user_reported',
  operator_reported: 'operator_reported',
  online_game: 'probe',
};

const serviceOutages: Trim = (files) => {
  const rows = files.flatMap(({ path, text }) => {
    const [, service, kind] = /([^/]+)_(user_reported|operator_reported|online_game)\.csv$/.exec(path)!;
    const [header, ...lines] = linesOf(text).map((line) => line.split(','));
    const at = (name: string) => header!.indexOf(name);
    return lines.map((cells) => [
      service!,
      KINDS[kind!]!,
      ...['start_time', 'end_time', 'status'].map((name) => cells[at(name)]!),
    ]);
  });
  return csv('service,source_kind,start,end,severity', rows);
};

interface Sku {
  tflops?: string;
  memory?: string;
  msrp?: string;
  power?: string;
  releaseYear?: string;
  computeCapability?: string;
}

/** The objects of a module that the TypeScript compiler printed, one property a line. Nothing of it is run. */
function printedObjects(text: string): { path: string[]; sku: Sku }[] {
  const path: string[] = [];
  const found = new Map<string, { path: string[]; sku: Sku }>();
  const lists = new Map([...text.matchAll(/^const (\w+) = (\[[\d, ]+\]);$/gm)].map(([, name, list]) => [name!, list!]));
  for (const line of linesOf(text)) {
    const opened = /^\s*(?:"([^"]+)"|(\w+)): \{$/.exec(line);
    const property = /^\s*(\w+): (\[[\d, ]*\]|[\d._]+|[A-Z]\w+),(?: \/\/.*)?$/.exec(line);
    const reference = /^\s*(\w+): (\w+_SKUS),$/.exec(line);
    if (/^export const \w+ = \{$/.test(line)) path.splice(0);
    else if (opened) path.push((opened[1] ?? opened[2])!);
    else if (/^\s*\},$/.test(line)) path.pop();
    else if (reference) found.set(reference[2]!, { path: [...path, reference[1]!], sku: {} });
    else if (property && path.length > 0) {
      const key = path.join('\n');
      const one = found.get(key) ?? { path: [...path], sku: {} };
      one.sku[property[1] as keyof Sku] = lists.get(property[2]!) ?? property[2]!;
      found.set(key, one);
    }
  }
  return [...found.values()];
}

const hardware: Trim = (files) => {
  const [main, nvidia, amd] = files.map(({ text }) => printedObjects(text));
  const vendors: Readonly<Record<string, typeof main>> = { 'GPU NVIDIA': nvidia, 'GPU AMD': amd };
  const all = main!.flatMap((one) => {
    if (one.path.length === 3) return [one];
    return (vendors[one.path.join(' ')] ?? []).map(({ path, sku }) => ({ path: [...one.path, ...path], sku }));
  });
  const number = (text: string | undefined): string =>
    text === undefined ? '' : `${Number(text.replaceAll('_', ''))}`;
  const rows = all.map(({ path, sku }) => [
    ...path.map((name) => (name.includes(',') ? `"${name}"` : name)),
    number(sku.tflops),
    (sku.memory ?? '').replace(/[[\] ]/g, '').replaceAll(',', '|'),
    ...[sku.msrp, sku.power, sku.releaseYear, sku.computeCapability].map(number),
  ]);
  return csv(
    'class,vendor,sku,tflops_fp16_or_cpu_fp32,memory_options_gb,msrp_usd,max_power_w,release_year,cuda_compute_capability',
    rows,
  );
};

const KEEP_COLUMNS =
  'interval,operator,is_fraudulent,factory_authorized_at_start,pool_authorized_at_start,pool_deauthorized_in_interval,minimum_stake_at_start,pool_requirement_fulfilled_at_start,keygen_count,keygen_fail_count,keygen_sla,signature_count,signature_fail_count,signature_sla,sla_violated,undelegated,keep_staked_wei,eth_bonded_wei,eth_unbonded_wei,eth_withdrawn_wei,eth_total_wei,eth_score_wei,boost,reward_weight,total_rewards_wei';
/** Where `undelegated` stands in a row; before 2021-01-08 there was no such column. */
const UNDELEGATED_AT = 14;

const startOf = (path: string): string => /(\d{4}-\d\d-\d\d)_[\d_-]+\.\w+\.txt$/.exec(path)![1]!;

const keepOperators: Trim = (files) => {
  const operator = namer('op', 3, 1);
  const rows = files.flatMap(({ path, text }) =>
    linesOf(text)
      .filter((line) => line.startsWith('0x'))
      .map((line) => line.trim().split(/\s+/))
      .map(([address, ...cells]) => {
        const isOld = cells.length === KEEP_COLUMNS.split(',').length - 3;
        const row = isOld ? cells.toSpliced(UNDELEGATED_AT - 1, 0, '') : cells;
        return [startOf(path), operator(address!), ...row];
      }),
  );
  return csv(KEEP_COLUMNS, rows);
};

const keepIntervals: Trim = (files) => {
  const rows = files.map(({ path, text }) => {
    const after = (label: string): string => new RegExp(`^${label}:? (\\S+)`, 'm').exec(text)![1]!;
    const labels = ['start timestamp', 'end timestamp', 'start block', 'end block', 'total rewards'];
    const [start, end, startBlock, endBlock, allocation] = labels.map((label) => after(`Interval ${label}`));
    const sums = [after('Rewards weight sum'), after('Total rewards sum')];
    const operators = text.match(/0x[0-9a-fA-F]{40}/g)?.length ?? 0;
    return [startOf(path), start!, end!, startBlock!, endBlock!, allocation!, ...sums, `${operators}`];
  });
  return csv(
    'interval,start,end,start_block,end_block,allocation_wei,reward_weight_sum,rewards_sum_wei,operators',
    rows,
  );
};

export const trims = {
  whole: only,
  withoutCarriageReturns: (files: readonly FetchedFile[]) => only(files).replaceAll('\r', ''),
  /** Whatever the source's line ends. */
  withHeader:
    (header: string): Trim =>
    (files) =>
      `${header}\n${only(files).replaceAll('\r', '')}`,
  /** Rows whose ninth cell, the creation's second, is below the bound. */
  podsBefore:
    (seconds: number): Trim =>
    (files) =>
      linesOf(only(files))
        .filter((line, index) => index === 0 || Number(line.split(',')[8]) < seconds)
        .map((line) => `${line}\n`)
        .join(''),
  shortFunctionNames,
  joinedScores,
  spotEvents,
  pings,
  serviceOutages,
  hardware,
  keepOperators,
  keepIntervals,
};
