import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COST_TABLE, type CostClass, type CostTable } from './cost.ts';
import { type EngineGlobal, type EngineMemory, engine } from './engine.ts';
import { handmade, i32, uint } from './handmade.fixture.ts';
import { meterModule } from './meter.ts';
import { I32 } from './module.ts';
import type { FuelPlacement } from './rewrite.ts';

// Random programs, run three ways: as they are, metered, and by the small interpreter below, which counts as it goes.

type Expression =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'local'; readonly index: number }
  | { readonly kind: 'binary'; readonly opcode: number; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'load'; readonly address: Expression }
  | { readonly kind: 'call'; readonly argument: Expression };

type Statement =
  | { readonly kind: 'set'; readonly local: number; readonly value: Expression }
  | { readonly kind: 'store'; readonly address: Expression; readonly value: Expression }
  | { readonly kind: 'if'; readonly condition: Expression; readonly yes: Statements; readonly no: Statements }
  | { readonly kind: 'block'; readonly body: Statements }
  | { readonly kind: 'loop'; readonly times: number; readonly body: Statements }
  | { readonly kind: 'leaveIf'; readonly condition: Expression; readonly label: number }
  | { readonly kind: 'leave'; readonly label: number }
  | { readonly kind: 'leaveBy'; readonly selector: Expression; readonly labels: readonly number[] }
  | { readonly kind: 'return'; readonly value: Expression };

type Statements = readonly Statement[];

interface Program {
  readonly main: Statements;
  /** The callee: one parameter, no calls. */
  readonly callee: Expression;
}

// Locals 0 … 3 are the program's; from 4 on, loop counters by depth.
const LOCALS = 4;
const COUNTERS = 8;
const ADDRESS_MASK = 0xfff8;

const BINARY: Readonly<Record<number, { cost: CostClass; apply: (left: number, right: number) => number }>> = {
  106: { cost: 'simple', apply: (left, right) => (left + right) | 0 },
  107: { cost: 'simple', apply: (left, right) => (left - right) | 0 },
  108: { cost: 'multiply', apply: Math.imul },
  112: { cost: 'divide', apply: (left, right) => ((left >>> 0) % (right >>> 0)) | 0 }, // i32.rem_u
  113: { cost: 'simple', apply: (left, right) => left & right },
  115: { cost: 'simple', apply: (left, right) => left ^ right },
  116: { cost: 'simple', apply: (left, right) => left << (right & 31) },
  72: { cost: 'simple', apply: (left, right) => Number(left < right) }, // i32.lt_s
};

const constant = fc.integer({ min: -70_000, max: 70_000 }).map((value): Expression => ({ kind: 'constant', value }));

// A remainder's divisor is made odd, so that no program traps: a trap prepays its run of code.
function binary(opcode: number, left: Expression, right: Expression): Expression {
  const one: Expression = { kind: 'constant', value: 1 };
  const odd: Expression = { kind: 'binary', opcode: 113, left: { kind: 'constant', value: 1 }, right: one };
  return { kind: 'binary', opcode, left, right: opcode === 112 ? binary(106, binary(116, right, one), odd) : right };
}

function expressions(locals: number, hasCalls: boolean): fc.Arbitrary<Expression> {
  const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      constant,
      fc.nat(locals - 1).map((index): Expression => ({ kind: 'local', index })),
      fc
        .tuple(fc.constantFrom(...Object.keys(BINARY).map(Number)), tie('expression'), tie('expression'))
        .map(([opcode, left, right]) => binary(opcode, left, right)),
      tie('expression').map((address): Expression => ({ kind: 'load', address })),
      ...(hasCalls ? [tie('expression').map((argument): Expression => ({ kind: 'call', argument }))] : []),
    ),
  }));
  return expression;
}

function programs(hasCalls: boolean): fc.Arbitrary<Program> {
  const value = expressions(LOCALS, hasCalls);
  const label = fc.nat(5);
  const { statements } = fc.letrec<{ statement: Statement; statements: Statements }>((tie) => ({
    statement: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.record({ kind: fc.constant('set' as const), local: fc.nat(LOCALS - 1), value }),
      fc.record({ kind: fc.constant('store' as const), address: value, value }),
      fc.record({ kind: fc.constant('leaveIf' as const), condition: value, label }),
      fc.record({
        kind: fc.constant('if' as const),
        condition: value,
        yes: tie('statements'),
        no: tie('statements'),
      }),
      fc.record({ kind: fc.constant('block' as const), body: tie('statements') }),
      fc.record({ kind: fc.constant('loop' as const), times: fc.integer({ min: 1, max: 4 }), body: tie('statements') }),
      fc.record({
        kind: fc.constant('leaveBy' as const),
        selector: value,
        labels: fc.array(label, { minLength: 1, maxLength: 4 }),
      }),
      fc.record({ kind: fc.constant('leave' as const), label }),
      fc.record({ kind: fc.constant('return' as const), value }),
    ),
    statements: fc.array(tie('statement'), { maxLength: 4, depthIdentifier: 'statement' }),
  }));
  return fc.record({ main: statements, callee: expressions(1, false) });
}

// ---- The program as WebAssembly

/** Enclosing constructs, innermost last; a program never branches to a loop's head by itself, or it might not end. */
type Scope = readonly ('function' | 'block' | 'loop')[];

/** The label that a program's number stands for here: some enclosing construct that is no loop. */
function labelIn(scope: Scope, number: number): number {
  const labels = scope.flatMap((kind, index) => (kind === 'loop' ? [] : [scope.length - 1 - index]));
  return labels[number % labels.length]!;
}

function encodeExpression(expression: Expression): number[] {
  switch (expression.kind) {
    case 'constant':
      return i32(expression.value);
    case 'local':
      return [0x20, expression.index];
    case 'binary':
      return [...encodeExpression(expression.left), ...encodeExpression(expression.right), expression.opcode];
    case 'load':
      return [...encodeExpression(expression.address), ...i32(ADDRESS_MASK), 0x71, 0x28, 2, 0];
    case 'call':
      return [...encodeExpression(expression.argument), 0x10, 1];
  }
}

function encodeAll(statements: Statements, scope: Scope): number[] {
  return statements.flatMap((statement) => encodeStatement(statement, scope));
}

function encodeStatement(statement: Statement, scope: Scope): number[] {
  switch (statement.kind) {
    case 'set':
      return [...encodeExpression(statement.value), 0x21, statement.local];
    case 'store': {
      const address = [...encodeExpression(statement.address), ...i32(ADDRESS_MASK), 0x71];
      return [...address, ...encodeExpression(statement.value), 0x36, 2, 0];
    }
    case 'if': {
      const inner: Scope = [...scope, 'block'];
      const then = [...encodeExpression(statement.condition), 0x04, 0x40, ...encodeAll(statement.yes, inner)];
      return [...then, 0x05, ...encodeAll(statement.no, inner), 0x0b];
    }
    case 'block':
      return [0x02, 0x40, ...encodeAll(statement.body, [...scope, 'block']), 0x0b];
    case 'loop': {
      const counter = counterOf(scope);
      const body = encodeAll(statement.body, [...scope, 'loop']);
      const again = [0x20, counter, ...i32(1), 0x6b, 0x22, counter, 0x0d, 0];
      return [...i32(statement.times), 0x21, counter, 0x03, 0x40, ...body, ...again, 0x0b];
    }
    case 'leaveIf':
      return [
        ...leavingValue(scope, statement.label),
        ...encodeExpression(statement.condition),
        ...conditionalLeave(scope, statement.label),
      ];
    case 'leave':
      return [...leavingValue(scope, statement.label), 0x0c, ...uint(labelIn(scope, statement.label))];
    case 'leaveBy': {
      const blocks = statement.labels.map((number) => blockLabelIn(scope, number));
      if (blocks.some((block) => block === null)) return [];
      return [...encodeExpression(statement.selector), 0x0e, ...uint(blocks.length - 1), ...(blocks as number[])];
    }
    case 'return':
      return [...encodeExpression(statement.value), 0x0f];
  }
}

/** Only blocks: a table's labels must all carry the same values, and the function's carries one. */
function blockLabelIn(scope: Scope, number: number): number | null {
  const labels = scope.flatMap((kind, index) => (kind === 'block' ? [scope.length - 1 - index] : []));
  return labels.length === 0 ? null : labels[number % labels.length]!;
}

// A branch to the function's own label is a return: it carries the result, here local 0.
function leavingValue(scope: Scope, number: number): number[] {
  return isFunctionLabel(scope, number) ? [0x20, 0] : [];
}

function conditionalLeave(scope: Scope, number: number): number[] {
  const branch = [0x0d, ...uint(labelIn(scope, number))];
  return isFunctionLabel(scope, number) ? [...branch, 0x1a] : branch;
}

function isFunctionLabel(scope: Scope, number: number): boolean {
  return labelIn(scope, number) === scope.length - 1;
}

function counterOf(scope: Scope): number {
  return LOCALS + scope.filter((kind) => kind === 'loop').length;
}

function encodeProgram({ main, callee }: Program): Uint8Array {
  const locals = new Array(LOCALS - 1 + COUNTERS).fill(I32);
  const code = [...encodeAll(main, ['function']), 0x20, 0];
  return handmade({
    functions: [
      { parameters: [I32], results: [I32], locals, code, exportName: 'run' },
      { parameters: [I32], results: [I32], code: encodeExpression(callee) },
    ],
    memoryPages: 1,
  });
}

// ---- The program as it should run and cost

class Interpreter {
  fuel = 0;
  readonly memory = new DataView(new ArrayBuffer(65_536));
  readonly #cost: CostTable;
  readonly #callee: Expression;
  #locals = new Int32Array(LOCALS);

  constructor(callee: Expression, cost: CostTable) {
    this.#callee = callee;
    this.#cost = cost;
  }

  run(main: Statements, parameter: number): number {
    this.#pay('entry');
    this.#locals[0] = parameter;
    const left = this.#all(main, ['function']);
    if (left !== null) return left.result!;
    return this.#value({ kind: 'local', index: 0 });
  }

  #pay(...classes: CostClass[]): void {
    for (const name of classes) this.fuel += this.#cost[name];
  }

  #value(expression: Expression): number {
    switch (expression.kind) {
      case 'constant':
        this.#pay('simple');
        return expression.value;
      case 'local':
        this.#pay('simple');
        return this.#locals[expression.index]!;
      case 'binary': {
        const { cost, apply } = BINARY[expression.opcode]!;
        const left = this.#value(expression.left);
        const right = this.#value(expression.right);
        this.#pay(cost);
        return apply(left, right);
      }
      case 'load':
        return this.#load(expression.address);
      case 'call':
        return this.#call(this.#value(expression.argument));
    }
  }

  #load(address: Expression): number {
    const at = this.#address(address);
    this.#pay('load');
    return this.memory.getInt32(at, true);
  }

  #address(address: Expression): number {
    const at = this.#value(address) & ADDRESS_MASK;
    this.#pay('simple', 'simple');
    return at;
  }

  #call(argument: number): number {
    this.#pay('call', 'entry');
    const callers = this.#locals;
    this.#locals = new Int32Array([argument]);
    const result = this.#value(this.#callee);
    this.#locals = callers;
    return result;
  }

  /** How many constructs a branch leaves beyond these statements; null when they run to their end. */
  #all(statements: Statements, scope: Scope): Leaving | null {
    for (const statement of statements) {
      const left = this.#statement(statement, scope);
      if (left !== null) return left;
    }
    return null;
  }

  #inner(statements: Statements, scope: Scope): Leaving | null {
    const left = this.#all(statements, scope);
    if (left === null || left.label === 0) return null;
    return { ...left, label: left.label - 1 };
  }

  #statement(statement: Statement, scope: Scope): Leaving | null {
    switch (statement.kind) {
      case 'set':
        this.#locals[statement.local] = this.#value(statement.value);
        this.#pay('simple');
        return null;
      case 'store': {
        const at = this.#address(statement.address);
        this.memory.setInt32(at, this.#value(statement.value), true);
        this.#pay('store');
        return null;
      }
      case 'if': {
        const branch = this.#value(statement.condition) !== 0 ? statement.yes : statement.no;
        this.#pay('branch');
        return this.#inner(branch, [...scope, 'block']);
      }
      case 'block':
        return this.#inner(statement.body, [...scope, 'block']);
      case 'loop':
        return this.#loop(statement.times, statement.body, [...scope, 'loop']);
      case 'leaveIf':
        return this.#leaveIf(statement.condition, statement.label, scope);
      case 'leave':
        return this.#leave(statement.label, scope);
      case 'leaveBy':
        return this.#leaveBy(statement.selector, statement.labels, scope);
      case 'return':
        return { label: scope.length - 1, result: this.#value(statement.value) };
    }
  }

  #loop(times: number, body: Statements, scope: Scope): Leaving | null {
    this.#pay('simple', 'simple');
    for (let turn = 0; turn < times; turn++) {
      const left = this.#all(body, scope);
      if (left !== null) return { ...left, label: left.label - 1 };
      this.#pay('simple', 'simple', 'simple', 'simple', 'branch');
    }
    return null;
  }

  #leaveIf(condition: Expression, number: number, scope: Scope): Leaving | null {
    const result = isFunctionLabel(scope, number) ? this.#value({ kind: 'local', index: 0 }) : null;
    const isTaken = this.#value(condition) !== 0;
    this.#pay('branch');
    return isTaken ? { label: labelIn(scope, number), result } : null;
  }

  #leave(number: number, scope: Scope): Leaving {
    const result = isFunctionLabel(scope, number) ? this.#value({ kind: 'local', index: 0 }) : null;
    this.#pay('branch');
    return { label: labelIn(scope, number), result };
  }

  #leaveBy(selector: Expression, numbers: readonly number[], scope: Scope): Leaving | null {
    if (blockLabelIn(scope, 0) === null) return null;
    const chosen = this.#value(selector) >>> 0;
    this.#pay('branchTable');
    const number = numbers[Math.min(chosen, numbers.length - 1)]!;
    return { label: blockLabelIn(scope, number)!, result: null };
  }
}

interface Leaving {
  readonly label: number;
  readonly result: number | null;
}

// ---- The laws

const FUEL = 1_000_000_000;
const ONE_EACH = Object.fromEntries(Object.keys(COST_TABLE).map((name) => [name, 1])) as unknown as CostTable;

interface Outcome {
  readonly result: number;
  readonly memory: Uint8Array;
  readonly fuel: number;
}

function execute(wasm: Uint8Array, parameter: number): Outcome {
  const { exports } = new engine.Instance(new engine.Module(wasm));
  const fuel = exports['meter:fuel'] as EngineGlobal | undefined;
  if (fuel !== undefined) fuel.value = BigInt(FUEL);
  const result = (exports.run as (parameter: number) => number)(parameter);
  return {
    result,
    memory: new Uint8Array((exports.memory as EngineMemory).buffer),
    fuel: fuel === undefined ? 0 : FUEL - Number(fuel.value),
  };
}

function holds(program: Program, parameter: number, cost: CostTable): void {
  const original = encodeProgram(program);
  const plain = execute(original, parameter);
  const interpreter = new Interpreter(program.callee, cost);
  assert.equal(interpreter.run(program.main, parameter), plain.result);
  for (const fuelPlacement of ['auto', 'local', 'global'] satisfies FuelPlacement[]) {
    const metered = execute(meterModule(original, { cost, fuelPlacement }).wasm, parameter);
    assert.equal(metered.result, plain.result, fuelPlacement);
    assert.deepEqual(metered.memory, plain.memory, fuelPlacement);
    assert.equal(metered.fuel, interpreter.fuel, fuelPlacement);
  }
}

test('fuel is exactly what the operators run cost, wherever it is kept, and metering changes no result', () => {
  const parameter = fc.integer({ min: -1_000, max: 1_000 });
  fc.assert(
    fc.property(programs(true), parameter, (program, value) => holds(program, value, COST_TABLE)),
    { numRuns: 600 },
  );
  fc.assert(
    fc.property(programs(false), parameter, (program, value) => holds(program, value, ONE_EACH)),
    { numRuns: 600 },
  );
});
