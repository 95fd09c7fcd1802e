import type { Token } from '../../tools/source-tokens.ts';

export interface Import {
  /** As written; null where it is computed. */
  readonly specifier: string | null;
  /** Erased before the program runs: `import type`, or every name of the clause marked `type`. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Every import, export … from and dynamic import of a source, in order. */
export function importsOf(tokens: readonly Token[]): Import[] {
  return tokens.flatMap((token, at) => {
    const before = tokens[at - 1]?.text;
    if (token.kind !== 'word' || before === '.' || before === '?.') return [];
    if (token.text === 'import') return importAt(tokens, at);
    return token.text === 'export' ? reExportAt(tokens, at) : [];
  });
}

function importAt(tokens: readonly Token[], at: number): Import[] {
  const next = tokens[at + 1];
  const { line } = tokens[at] as Token;
  if (next === undefined || isMark(next, '.') || isMark(next, ':')) return [];
  if (next.kind === 'string') return [{ specifier: next.text, typeOnly: false, line }];
  if (isMark(next, '(')) return [{ specifier: literalAfter(tokens, at + 1), typeOnly: false, line }];
  return clauseAt(tokens, at);
}

function reExportAt(tokens: readonly Token[], at: number): Import[] {
  const next = tokens[tokens[at + 1]?.text === 'type' ? at + 2 : at + 1];
  return next !== undefined && (isMark(next, '*') || isMark(next, '{')) ? clauseAt(tokens, at) : [];
}

/** `import … from 'x'` and `export … from 'x'`; nothing where no `from` follows the clause. */
function clauseAt(tokens: readonly Token[], at: number): Import[] {
  const { line } = tokens[at] as Token;
  const clause: string[] = [];
  for (let index = at + 1; index < tokens.length; index += 1) {
    const token = tokens[index] as Token;
    const target = tokens[index + 1];
    if (token.text === 'from' && target?.kind === 'string') {
      return [{ specifier: target.text, typeOnly: erased(clause), line }];
    }
    if (isMark(token, ';') || token.text === 'import' || token.text === 'export' || token.text === 'const') return [];
    clause.push(token.text);
  }
  return [];
}

function erased(clause: readonly string[]): boolean {
  if (clause[0] === 'type' && clause[1] !== ',') return true;
  if (clause[0] !== '{') return false;
  const names = clause
    .slice(1, -1)
    .join(' ')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length > 0 && names.every((name) => name.startsWith('type ') && name !== 'type as');
}

function literalAfter(tokens: readonly Token[], bracketAt: number): string | null {
  const argument = tokens[bracketAt + 1];
  const after = tokens[bracketAt + 2];
  const literal = argument?.kind === 'string' || argument?.kind === 'template';
  return literal && after !== undefined && (isMark(after, ')') || isMark(after, ',')) ? argument.text : null;
}

function isMark(token: Token, text: string): boolean {
  return token.kind === 'mark' && token.text === text;
}
