import { Counter, Gauge, Registry } from 'prom-client';
import type { StatusAnswer } from './client/api.ts';
import type { CounterName } from './context.ts';

/** The gateway's metrics, in Prometheus' text format. Counters count what happened; gauges repeat the last status. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters: Record<CounterName, Counter>;
  readonly #gauges = new Map<string, Gauge>();

  constructor() {
    const counter = (name: string, help: string, label: string) =>
      new Counter({ name: `stannary_${name}`, help, labelNames: [label], registers: [this.#registry] });
    this.#counters = {
      batches: counter('batches_total', 'Batches by outcome of admission.', 'outcome'),
      records: counter('records_total', 'Usage records in admitted batches.', 'outcome'),
      refusals: counter('refusals_total', 'Refused requests and batches by code.', 'code'),
      results: counter('results_total', 'Task results taken, by purpose of the lease.', 'purpose'),
      tasks: counter('tasks_total', 'Tasks by what happened to them.', 'event'),
      audits: counter('audits_total', 'Re-executions by outcome.', 'outcome'),
      faults: counter('faults_total', 'Faults by offence.', 'offence'),
      chainSends: counter('chain_sends_total', 'Transactions sent, by kind.', 'kind'),
      timeline: counter('timeline_events_total', 'Events of the timeline read from the chain, by kind.', 'kind'),
    };
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  count(counter: CounterName, label: string, by = 1): void {
    const metric = this.#counters[counter];
    metric.inc({ [LABELS[counter]]: label }, by);
  }

  /** How often a counter's label was counted, for tests and the status line. */
  async valueOf(counter: CounterName, label: string): Promise<number> {
    const { values } = await this.#counters[counter].get();
    return values.find((value) => value.labels[LABELS[counter]] === label)?.value ?? 0;
  }

  async text(status: StatusAnswer): Promise<string> {
    this.#observe(status);
    return this.#registry.metrics();
  }

  #observe(status: StatusAnswer): void {
    this.#set('epoch', 'Current epoch.', status.epoch);
    this.#set('policy_version', 'Version of the economy in force.', status.policy.version);
    this.#set('epoch_settled', 'Last settled epoch, -1 before the first.', status.settledEpoch);
    this.#set('price_micrograins_per_ncu_second', 'Price of the current epoch.', status.priceMicrograinsPerNcuS);
    this.#set(
      'utilisation_ratio',
      'Admitted work over offered capacity, last settled epoch.',
      status.utilisationPpm / 1e6,
    );
    this.#set('tasks_queued', 'Tasks waiting for a provider.', status.tasks.queued);
    this.#set('books_agree', '1 while ledger and chain say the same, else 0.', status.conservation.agree ? 1 : 0);
    const margin = this.#gauge(
      'node_slash_margin_ratio',
      'Share of the way to a slashing threshold that is still free: 1 far, 0 there.',
      ['node', 'offence', 'mode'],
    );
    const reputation = this.#gauge('node_reputation_ratio', 'Reputation score.', ['node']);
    for (const node of status.nodes) {
      reputation.set({ node: node.nodeId }, node.reputationPpm / 1e6);
      for (const { offence, mode, usedPpm } of node.margins)
        margin.set({ node: node.nodeId, offence, mode }, 1 - usedPpm / 1e6);
    }
  }

  #set(name: string, help: string, value: number): void {
    this.#gauge(name, help, []).set(value);
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    const known = this.#gauges.get(name);
    if (known !== undefined) return known;
    const gauge = new Gauge({ name: `stannary_${name}`, help, labelNames, registers: [this.#registry] });
    this.#gauges.set(name, gauge);
    return gauge;
  }
}

const LABELS: Record<CounterName, string> = {
  batches: 'outcome',
  records: 'outcome',
  refusals: 'code',
  results: 'purpose',
  tasks: 'event',
  audits: 'outcome',
  faults: 'offence',
  chainSends: 'kind',
  timeline: 'kind',
};
