import { loadEconomy, type Override, policyAt } from '@stannary/economies';
import type { Economy, NodeClass } from '@stannary/kernel';
import { type Command, Option } from 'commander';
import {
  CAPACITY,
  CREDITS,
  hasUnitOf,
  type Quantity,
  readQuantity,
  SHARE,
  scaleOf,
  TOKEN_PRICE,
} from '../curve/quantity.ts';
import { estimateOf, type Plan } from '../estimate/estimate.ts';
import { estimateJson, estimateText } from '../estimate/print.ts';
import { CliRefusal } from '../refusal.ts';
import { epochOption } from './epoch-option.ts';
import { setOption } from './set-option.ts';
import { wholeFrom } from './whole-number.ts';

interface EstimateFlags {
  readonly class: string;
  readonly ncu: string;
  readonly nodes: number;
  readonly utilisation?: string;
  readonly cost?: string;
  readonly tokenPrice?: string;
  readonly others?: number;
  readonly epoch: number;
  readonly set: readonly Override[];
  readonly json: boolean;
}

const NODES_MAX = 100_000;

/** `stannary estimate`. */
export function defineEstimate(command: Command): void {
  command
    .description('what a provider should know before it locks money: bond, earnings, break-even, worst slash, margins')
    .argument('<economy>', 'economy file, or the name of a shipped one')
    .requiredOption('--class <name>', 'node class')
    .requiredOption('--ncu <n>', 'capacity of each node')
    .addOption(new Option('--nodes <n>', 'how many of them').argParser(wholeFrom(1, NODES_MAX)).default(1))
    .option('--utilisation <p10,p50,p90>', 'of the capacity; one value stands for all three')
    .option('--cost <x>', 'of a node and day in credits, or a share of what consumers are charged: "8 credits", "60 %"')
    .option('--token-price <x>', "credits for a token; without it the economy's")
    .addOption(new Option('--others <n>', 'nodes of other operators in the class').argParser(wholeFrom(1, NODES_MAX)))
    .addOption(epochOption())
    .addOption(setOption())
    .option('--json', 'print one line of JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  stannary estimate reference --class cloud --ncu 100 --nodes 3 --utilisation 40%,70%,90%\n\nExit status: 0 done, 2 the input was refused.',
    )
    .action(printEstimate);
}

async function printEstimate(file: string, flags: EstimateFlags): Promise<void> {
  const { economy } = policyAt(await loadEconomy(file, { set: flags.set }), flags.epoch);
  const estimate = estimateOf(economy, planOf(economy, flags));
  console.log(flags.json ? estimateJson(estimate) : estimateText(estimate, economy));
}

/** Refuses ESTIMATE-VALUE, ESTIMATE-CLASS. */
export function planOf(economy: Economy, flags: Omit<EstimateFlags, 'set' | 'json' | 'epoch'>): Plan {
  const read = (quantity: Quantity, text: string, option: string) => {
    const value = readQuantity(quantity, text, scaleOf(economy));
    if (typeof value === 'bigint' && value <= BigInt(Number.MAX_SAFE_INTEGER)) return value;
    throw refused('ESTIMATE-VALUE', option, typeof value === 'bigint' ? 'a smaller number' : value.fault, text);
  };
  const { cost, tokenPrice, utilisation } = flags;
  const milliNcu = Number(read(CAPACITY, flags.ncu, '--ncu'));
  const most = economy.limits.nodeNcuMax * 1_000;
  if (milliNcu === 0 || milliNcu > most) {
    throw refused('ESTIMATE-VALUE', '--ncu', `above 0, at most ${economy.limits.nodeNcuMax} NCU`, flags.ncu);
  }
  const share = (text: string) => {
    const ppm = Number(read(SHARE, text, '--utilisation'));
    if (ppm > 1_000_000) throw refused('ESTIMATE-VALUE', '--utilisation', 'at most 100 %', text);
    return ppm;
  };
  return {
    nodeClass: classNamed(economy, flags.class),
    milliNcu,
    nodes: flags.nodes,
    utilisationPpm: utilisation === undefined ? null : threeOf(utilisation, share),
    cost: cost === undefined ? null : costOf(cost),
    tokenPriceMicrograins:
      tokenPrice === undefined ? null : positive(read(TOKEN_PRICE, tokenPrice, '--token-price'), tokenPrice),
    others: flags.others ?? null,
  };

  function costOf(text: string): Plan['cost'] {
    if (hasUnitOf(CREDITS, text, scaleOf(economy))) return { grainsPerDay: read(CREDITS, text, '--cost') };
    return { sharePpm: Number(read(SHARE, text, '--cost')) };
  }
}

/** Refuses what does not rise. */
function threeOf(text: string, share: (one: string) => number): readonly [number, number, number] {
  const shares = text.split(',').map(share);
  const [low, middle = low, high = middle] = shares;
  if (shares.length === 2 || shares.length > 3 || low! > middle! || middle! > high!) {
    throw refused('ESTIMATE-VALUE', '--utilisation', 'one share, or three that do not fall', text);
  }
  return [low!, middle!, high!];
}

function positive(value: bigint, text: string): bigint {
  if (value > 0n) return value;
  throw refused('ESTIMATE-VALUE', '--token-price', 'a price above 0', text);
}

function classNamed({ classes }: Economy, name: string): NodeClass {
  const found = classes.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw refused('ESTIMATE-CLASS', '--class', `one of ${classes.map((one) => one.name).join(', ')}`, name);
}

function refused(code: 'ESTIMATE-VALUE' | 'ESTIMATE-CLASS', where: string, expected: string, got: string): CliRefusal {
  return new CliRefusal(code, 'input', { where, expected, got });
}
