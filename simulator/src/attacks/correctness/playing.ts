import { type Stream as DrawStream, Draws } from '../../draws/draws.ts';
import type { ScheduleOutcome } from '../correctness.ts';

/** Cohorts are numbered from 0 on; schedules lie far from them. */
const SCHEDULES_GROUP = 1_000;

/** A schedule's choices, each by its address: (seed, run, move, attack's number, index in the move). */
export class Dice {
  readonly #draws: Draws;
  readonly #attack: number;
  #move = 0;
  #index = 0;

  constructor(stream: DrawStream, attack: number) {
    this.#draws = new Draws(stream);
    this.#attack = attack;
  }

  /** Choices from here on are those of this move, however many the last one took. */
  move(number: number): void {
    this.#move = number;
    this.#index = 0;
  }

  /** 0 to count - 1. */
  below(count: number): number {
    return Math.floor(this.#draws.uniform('attack', this.#move, SCHEDULES_GROUP, this.#attack, this.#index++) * count);
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  oneOf<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  chance(probability: number): boolean {
    return this.below(1_000_000) < probability * 1_000_000;
  }
}

/** What a schedule has come to: every step in words, and what the code answered. */
export class Protocol {
  #attempts = 0;
  #successes = 0;
  #trace: readonly string[] | null = null;
  readonly #refusals = new Map<string, number>();
  readonly #steps: string[] = [];

  /** A step of an honest party, or of the world. */
  step(said: string): void {
    this.#steps.push(said);
  }

  /** A hostile message. */
  attempt(said: string): void {
    this.#attempts += 1;
    this.step(said);
  }

  refused(code: string): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
    this.step(`  refused: ${code}`);
  }

  /** The judge saw what must not be. */
  success(what: string): void {
    this.#successes += 1;
    this.#trace ??= [...this.#steps, `  SUCCESS: ${what}`];
  }

  /** What must hold. */
  demand(holds: boolean, what: () => string): void {
    if (!holds) this.success(what());
  }

  outcome(): ScheduleOutcome {
    const refusals = Object.fromEntries([...this.#refusals].sort(([one], [other]) => (one < other ? -1 : 1)));
    return { attempts: this.#attempts, successes: this.#successes, refusals, trace: this.#trace };
  }
}
