// The page of all refusals, made from the sources: every code that stands there as a string, with its package, what a
// caller should do about it, and what it says.
import { type Token, tokensOf } from './source-tokens.ts';
import { productSources, textOf, workspaceFolders } from './source-tree.ts';

export const REFUSALS_PAGE = 'docs/reference/refusals.md';

export interface Refusal {
  readonly code: string;
  /** Folder of the package that names it first, in the order of the workspaces. */
  readonly folder: string;
  /** `input`, `retry` or `give-up`; null where the sources do not say. */
  readonly refusalClass: string | null;
  /** Status of the API's answer. */
  readonly http: number | null;
  /** Number in a batch's receipt. */
  readonly receipt: number | null;
  /** A sentence, or what was expected at each place that refuses. */
  readonly says: readonly string[];
}

interface Source {
  readonly path: string;
  readonly text: string;
}

const CODE = /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/;
/** Standards that are written like codes. */
const NOT_A_CODE = /^(SHA-\d+|P-\d+|UTF-\d+|EIP-\d+|ERC-\d+|HTTP-\d+|CAIP-\d+)$/;
const CLASSES = ['input', 'retry', 'give-up'];
/** Numbers in tables: from here on a status of HTTP, below it a receipt's. */
const HTTP_LEAST = 400;

export function productRefusals(): Refusal[] {
  const sources = productSources().map((path) => ({ path, text: textOf(path) }));
  return refusalsIn(sources, workspaceFolders());
}

/** Sorted by folder in the given order, then by code. */
export function refusalsIn(sources: readonly Source[], folders: readonly string[]): Refusal[] {
  const found = folders.flatMap((folder) => {
    const own = sources.filter((source) => source.path.startsWith(`${folder}/`)).map((source) => tokensOf(source.text));
    const usual = own.map(usualClass).find((answer) => answer !== null) ?? null;
    return own.flatMap((tokens) => mentionsIn(tokens, folder, usual));
  });
  const rank = (refusal: Refusal): number => folders.indexOf(refusal.folder);
  const byCode = [...Map.groupBy(found, (mention) => mention.code).values()];
  return byCode.map(merged).sort((a, b) => rank(a) - rank(b) || (a.code < b.code ? -1 : 1));
}

/** What one place says of a code. */
interface Mention extends Refusal {
  /** The class of codes of this package that are not told apart. */
  readonly usual: string | null;
  /** The text of a table, which speaks for all places. */
  readonly meaning: string | null;
}

function merged(mentions: readonly Mention[]): Refusal {
  const { code, folder, usual } = mentions[0] as Mention;
  const first = <Value>(pick: (mention: Mention) => Value | null): Value | null =>
    mentions.map(pick).find((value) => value !== null) ?? null;
  const http = first((mention) => mention.http);
  const refusalClass =
    first((mention) => mention.refusalClass) ?? usual ?? (http === null ? null : classOfStatus(http));
  const meaning = first((mention) => mention.meaning);
  const says = meaning === null ? [...new Set(mentions.flatMap((mention) => mention.says))] : [meaning];
  return { code, folder, refusalClass, http, receipt: first((mention) => mention.receipt), says };
}

/** As the gateway's client has it. */
function classOfStatus(status: number): string {
  if ([408, 425, 429].includes(status) || status >= 500) return 'retry';
  return [401, 403, 404, 410].includes(status) ? 'give-up' : 'input';
}

function mentionsIn(tokens: readonly Token[], folder: string, usual: string | null): Mention[] {
  return tokens.flatMap((token, at) => {
    if (token.kind !== 'string' || !CODE.test(token.text) || NOT_A_CODE.test(token.text)) return [];
    const row = tokens[at + 1]?.text === ':' ? expressionFrom(tokens, at + 2) : [];
    const args = argumentsFrom(tokens, at);
    const number = Number(row.find((part) => part.kind === 'number')?.text ?? 0);
    return [
      {
        code: token.text,
        folder,
        usual,
        refusalClass: classIn(row) ?? classAmong(args) ?? chosenClass(tokens, at) ?? classOfCallee(tokens, at),
        http: number >= HTTP_LEAST ? number : null,
        receipt: number > 0 && number < HTTP_LEAST ? number : null,
        meaning:
          row.find((part) => part.kind === 'string' && part.text.includes(' '))?.text.replaceAll("\\'", "'") ?? null,
        says: expectedAmong(args).filter((text) => !CLASSES.includes(text)),
      },
    ];
  });
}

/** Tokens up to the comma or bracket that ends an expression. */
function expressionFrom(tokens: readonly Token[], from: number): readonly Token[] {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== 'mark') continue;
    if ('({['.includes(text)) depth += 1;
    if (')}]'.includes(text)) depth -= 1;
    if (depth < 0 || (depth === 0 && (text === ',' || text === ';'))) return tokens.slice(from, at);
  }
  return tokens.slice(from);
}

/** The arguments of the call whose first one is the code, or an object with it as `code`; empty where there is none. */
function argumentsFrom(tokens: readonly Token[], codeAt: number): readonly (readonly Token[])[] {
  const inObject = tokens[codeAt - 1]?.text === ':' && tokens[codeAt - 2]?.text === 'code';
  let at = inObject ? codeAt - 3 : codeAt;
  if (tokens[at - 1]?.text !== '(') return [];
  const args: (readonly Token[])[] = [];
  do {
    const argument = expressionFrom(tokens, at);
    args.push(argument);
    at += argument.length + 1;
  } while (tokens[at - 1]?.text === ',');
  return args;
}

function classIn(tokens: readonly Token[]): string | null {
  return tokens.findLast((token) => token.kind === 'string' && CLASSES.includes(token.text))?.text ?? null;
}

/** An argument of its own, or a field `refusalClass` of an object. */
function classAmong(args: readonly (readonly Token[])[]): string | null {
  const fields = args.flatMap((arg) => {
    const at = arg.findIndex((token) => token.text === 'refusalClass');
    return at === -1 ? [] : arg.slice(at + 2, at + 3);
  });
  return classIn([...args.filter((arg) => arg.length === 1).flat(), ...fields]);
}

/** The class that a function of the same file gives to every code it is called with. */
function classOfCallee(tokens: readonly Token[], at: number): string | null {
  const name = tokens[at - 1]?.text === '(' ? tokens[at - 2]?.text : undefined;
  const from = tokens.findIndex((token, index) => token.text === 'function' && tokens[index + 1]?.text === name);
  if (from === -1) return null;
  const next = tokens.findIndex((token, index) => index > from && token.text === 'function');
  return classIn(tokens.slice(from, next === -1 ? undefined : next));
}

/** `code === 'CODE' ? 'retry' : …`. */
function chosenClass(tokens: readonly Token[], at: number): string | null {
  return tokens[at + 1]?.text === '?' ? classIn(tokens.slice(at + 2, at + 3)) : null;
}

/** `{ expected: 'x' }`, or the third of (code, where, expected, got), or the second of (code, expected, got). */
function expectedAmong(args: readonly (readonly Token[])[]): readonly string[] {
  const detail = args.find((arg) => arg[0]?.text === '{');
  if (detail === undefined) return phrase(args.at(args.length > 3 ? 2 : 1) ?? []);
  const at = detail.findIndex((token, index) => token.text === 'expected' && detail[index + 1]?.text === ':');
  return at === -1 ? [] : phrase(expressionFrom(detail, at + 2));
}

/** A literal's text, with an ellipsis for each computed place in it; nothing for anything else. */
function phrase(tokens: readonly Token[]): readonly string[] {
  const [first] = tokens;
  if (first?.kind === 'string') return tokens.length > 1 ? [] : [first.text.replaceAll("\\'", "'")];
  if (first?.kind !== 'template') return [];
  let depth = 0;
  let text = '';
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === '{') text += depth++ === 0 ? '…' : '';
    else if (token.kind === 'mark' && token.text === '}') depth -= 1;
    else if (depth === 0) text += token.text;
  }
  return /\p{L}{2}/u.test(text) ? [text] : [];
}

/** What the refusal class of one file gives to codes that are not told apart: the last word of its assignment. */
function usualClass(tokens: readonly Token[]): string | null {
  const at = tokens.findIndex((token, index) => token.text === 'extends' && tokens[index + 1]?.text === 'Error');
  if (at === -1) return null;
  const assignments = tokens.flatMap((token, index) => (index > at && token.text === 'refusalClass' ? [index] : []));
  return assignments.map((from) => classIn(expressionFrom(tokens, from))).findLast((answer) => answer !== null) ?? null;
}

const HEAD = `# Refusals

Every expected refusal has a stable code. Programs should look at the code, people at the message, which says what was
expected, what came, and where. The class says what to do about it:

| class | what to do | exit status |
|---|---|---|
| \`input\` | mend what you handed in; the same input is refused again | 2 |
| \`retry\` | the same call may succeed later | 3 |
| \`give-up\` | neither helps: something else has to be put right first | 4 |

*HTTP* is the status of the API's answer, where the code has one of its own; else it follows the class. *Receipt* is the
number in the receipt of a batch that was accepted as evidence and counts as zero usage. The last column says what the
code means, or what was expected where it is raised; \`…\` stands for a value.

This page is written by \`node tools/write-refusals.mjs\` from the sources; a test fails where it is out of date.
`;

export function refusalsPage(refusals: readonly Refusal[]): string {
  const folders = [...new Set(refusals.map((refusal) => refusal.folder))];
  const sections = folders.map((folder) => {
    const rows = refusals.filter((refusal) => refusal.folder === folder).map(row);
    return `\n## ${folder}\n\n| code | class | HTTP | receipt | says |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${HEAD}${sections.join('')}`;
}

function row({ code, refusalClass, http, receipt, says }: Refusal): string {
  const cells = [`\`${code}\``, refusalClass ?? '–', http ?? '', receipt ?? '', says.join('; ').replaceAll('|', '\\|')];
  return `| ${cells.join(' | ')} |`;
}
