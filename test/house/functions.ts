import { stripTypeScriptTypes } from 'node:module';
import { type Token, tokensOf } from '../../tools/source-tokens.ts';

export interface FunctionLength {
  /** `file.ts name`; a function without a name goes by the word before it. */
  readonly name: string;
  readonly line: number;
  /** Lines from its parameters to its closing brace, both counted. */
  readonly lines: number;
}

const NOT_A_FUNCTION = new Set(['if', 'for', 'while', 'switch', 'catch', 'with']);

/** Every function with a body in braces. Types are taken out first: what then stands before a body is `)` or `=>`. */
export function functionLengths(path: string, source: string): FunctionLength[] {
  const tokens = tokensOf(path.endsWith('.ts') ? stripTypeScriptTypes(source) : source);
  const closing = closingBrackets(tokens);
  return tokens.flatMap((token, at) => {
    if (token.kind !== 'mark' || token.text !== '{') return [];
    const head = headOf(tokens, at, closing);
    if (head === null) return [];
    const from = (tokens[head] as Token).line;
    const to = (tokens[closing.closeOf.get(at) as number] as Token).line;
    return [{ name: `${path} ${nameBefore(tokens, head)}`, line: from, lines: to - from + 1 }];
  });
}

interface Brackets {
  readonly closeOf: ReadonlyMap<number, number>;
  readonly openOf: ReadonlyMap<number, number>;
}

function closingBrackets(tokens: readonly Token[]): Brackets {
  const closeOf = new Map<number, number>();
  const openOf = new Map<number, number>();
  const open: number[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'mark') continue;
    if ('({['.includes(token.text)) open.push(at);
    if (!')}]'.includes(token.text)) continue;
    const partner = open.pop() as number;
    closeOf.set(partner, at);
    openOf.set(at, partner);
  }
  return { closeOf, openOf };
}

/** Index of the token where the parameters of the body at `bodyAt` begin; null if the brace opens no function body. */
function headOf(tokens: readonly Token[], bodyAt: number, brackets: Brackets): number | null {
  const before = tokens[bodyAt - 1];
  if (before?.kind !== 'mark') return null;
  if (before.text === ')') return parametersAt(tokens, bodyAt - 1, brackets);
  if (before.text !== '=>') return null;
  return tokens[bodyAt - 2]?.text === ')' ? (brackets.openOf.get(bodyAt - 2) as number) : bodyAt - 2;
}

function parametersAt(tokens: readonly Token[], closeAt: number, brackets: Brackets): number | null {
  const openAt = brackets.openOf.get(closeAt) as number;
  const word = tokens[openAt - 1];
  const loop = word?.text === 'await' && tokens[openAt - 2]?.text === 'for';
  return loop || (word !== undefined && NOT_A_FUNCTION.has(word.text)) ? null : openAt;
}

function nameBefore(tokens: readonly Token[], head: number): string {
  for (let at = head - 1; at >= Math.max(0, head - 6); at -= 1) {
    const token = tokens[at] as Token;
    if (token.kind === 'word' && !['async', 'function', 'const', 'return', 'export', 'default'].includes(token.text)) {
      return token.text;
    }
  }
  return '(anonymous)';
}
