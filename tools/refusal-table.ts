// The page of all refusals, made from the sources: every code that stands there as a string, with its package, what a
// caller should do about it, and what the code expects.
import { type Token, tokensOf } from './source-tokens.ts';
import { productSources, textOf, workspaceFolders } from './source-tree.ts';

export const REFUSALS_PAGE = 'docs/reference/refusals.md';

export interface Refusal {
  readonly code: string;
  /** Folder of the package that names it first, in the order of the workspaces. */
  readonly folder: string;
  /** `input`, `retry`, `give-up`, `HTTP n`, or `receipt n`; empty where the sources do not say. */
  readonly answer: string;
  readonly expected: readonly string[];
}

interface Source {
  readonly path: string;
  readonly text: string;
}

const CODE = /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/;
/** Standards that are written like codes. */
const NOT_A_CODE = /^(SHA-\d+|P-\d+|UTF-\d+|EIP-\d+|ERC-\d+|HTTP-\d+|CAIP-\d+)$/;
const CLASSES = ['input', 'retry', 'give-up'];

export function productRefusals(): Refusal[] {
  const sources = productSources().map((path) => ({ path, text: textOf(path) }));
  return refusalsIn(sources, workspaceFolders());
}

/** Sorted by folder in the given order, then by code. */
export function refusalsIn(sources: readonly Source[], folders: readonly string[]): Refusal[] {
  const found = folders.flatMap((folder) => {
    const own = sources.filter((source) => source.path.startsWith(`${folder}/`)).map((source) => tokensOf(source.text));
    const usual = own.map(usualClass).find((answer) => answer !== '') ?? '';
    return own.flatMap((tokens) => mentionsIn(tokens, folder, usual));
  });
  const byCode = Map.groupBy(found, (mention) => mention.code);
  const rank = (refusal: Refusal): number => folders.indexOf(refusal.folder);
  return [...byCode.values()].map(merged).sort((a, b) => rank(a) - rank(b) || (a.code < b.code ? -1 : 1));
}

interface Mention extends Refusal {
  /** The class is the package's usual one: any source that says more wins. */
  readonly assumed: boolean;
}

function merged(mentions: readonly Mention[]): Refusal {
  const first = mentions[0] as Mention;
  const said = mentions.find((mention) => !mention.assumed) ?? mentions.find((one) => one.answer !== '') ?? first;
  const expected = [...new Set(mentions.flatMap((mention) => mention.expected))];
  return { code: first.code, folder: first.folder, answer: said.answer, expected };
}

function mentionsIn(tokens: readonly Token[], folder: string, usual: string): Mention[] {
  return tokens.flatMap((token, at) => {
    if (token.kind !== 'string' || !CODE.test(token.text) || NOT_A_CODE.test(token.text)) return [];
    const args = argumentsFrom(tokens, at);
    const said = saidClass(tokens, at) ?? classAmong(args);
    const expected = said?.startsWith('HTTP') === true ? phrase(tokens.slice(at + 5)) : expectedAmong(args);
    return [{ code: token.text, folder, answer: said ?? usual, assumed: said === null, expected }];
  });
}

/**
 * A row of a table (`'CODE': 'retry'`, `'CODE': 7`, `'CODE': [404, 'meaning']`) or a choice
 * (`code === 'CODE' ? 'retry' : …`).
 */
function saidClass(tokens: readonly Token[], at: number): string | null {
  const joint = tokens[at + 1]?.text;
  const value = tokens[at + 2];
  if ((joint !== ':' && joint !== '?') || value === undefined) return null;
  if (value.kind === 'number' && joint === ':') return `receipt ${value.text}`;
  if (value.text === '[' && tokens[at + 3]?.kind === 'number') return `HTTP ${tokens[at + 3]?.text}`;
  return value.kind === 'string' && CLASSES.includes(value.text) ? value.text : null;
}

/** The arguments of the call whose first one is the code, or an object with it as `code`; empty where there is none. */
function argumentsFrom(tokens: readonly Token[], codeAt: number): readonly (readonly Token[])[] {
  const inObject = tokens[codeAt - 1]?.text === ':' && tokens[codeAt - 2]?.text === 'code';
  const at = inObject ? codeAt - 3 : codeAt;
  if (tokens[at - 1]?.text !== '(') return [];
  const args: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(at)) {
    const mark = token.kind === 'mark' ? token.text : '';
    if (mark !== '' && '({['.includes(mark)) depth += 1;
    if (mark !== '' && ')}]'.includes(mark)) depth -= 1;
    if (depth < 0) break;
    if (mark === ',' && depth === 0) args.push([]);
    else args.at(-1)?.push(token);
  }
  return args;
}

function classAmong(args: readonly (readonly Token[])[]): string | null {
  const named = args.find((arg) => arg.length === 1 && arg[0]?.kind === 'string' && CLASSES.includes(arg[0].text));
  return named?.[0]?.text ?? null;
}

/** `{ expected: 'x' }`, or the third of (code, where, expected, got). */
function expectedAmong(args: readonly (readonly Token[])[]): readonly string[] {
  const detail = args.find((arg) => arg[0]?.text === '{');
  if (detail === undefined) return phrase(args[2] ?? []);
  const at = detail.findIndex((token, index) => token.text === 'expected' && detail[index + 1]?.text === ':');
  return at === -1 ? [] : phrase(detail.slice(at + 2));
}

/** A literal's text, with an ellipsis for each computed place in it; nothing for anything else. */
function phrase(tokens: readonly Token[]): readonly string[] {
  const first = tokens[0];
  if (first?.kind === 'string') return CLASSES.includes(first.text) ? [] : [first.text.replaceAll("\\'", "'")];
  if (first?.kind !== 'template') return [];
  let depth = 0;
  let text = '';
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === '{') text += depth++ === 0 ? '…' : '';
    else if (token.kind === 'mark' && token.text === '}') depth -= 1;
    else if (depth === 0 && token.kind === 'template') text += token.text;
    else if (depth === 0) break;
  }
  return [text];
}

/** What a refusal class of one file gives to codes that are not told apart: the last word of its assignment. */
function usualClass(tokens: readonly Token[]): string {
  const at = tokens.findIndex((token, index) => token.text === 'extends' && tokens[index + 1]?.text === 'Error');
  if (at === -1) return '';
  const assignments = tokens.flatMap((token, index) => (index > at && token.text === 'refusalClass' ? [index] : []));
  const said = assignments.map((index) => lastClassOf(tokens, index)).filter((answer) => answer !== '');
  return said.at(-1) ?? '';
}

function lastClassOf(tokens: readonly Token[], from: number): string {
  const end = tokens.findIndex((token, index) => index > from && token.text === ';');
  const statement = tokens.slice(from, end === -1 ? undefined : end);
  return statement.findLast((token) => token.kind === 'string' && CLASSES.includes(token.text))?.text ?? '';
}

const HEAD = `# Refusals

Every expected refusal has a stable code. Programs should look at the code, people at the message, which says what was
expected, what came, and where. The class says what to do about it:

| class | what to do | exit status |
|---|---|---|
| \`input\` | mend what you handed in; the same input is refused again | 2 |
| \`retry\` | the same call may succeed later | 3 |
| \`give-up\` | neither helps: something else has to be put right first | 4 |
| \`HTTP n\` | the gateway's own: 408, 425, 429 and 5xx are \`retry\`, 401, 403, 404 and 410 \`give-up\`, others \`input\` | – |
| \`receipt n\` | the batch was accepted as evidence, counts as zero usage, and its receipt carries the number *n* | – |

This page is written by \`node tools/write-refusals.mjs\` from the sources; a test fails where it is out of date.
`;

export function refusalsPage(refusals: readonly Refusal[]): string {
  const folders = [...new Set(refusals.map((refusal) => refusal.folder))];
  const sections = folders.map((folder) => {
    const rows = refusals.filter((refusal) => refusal.folder === folder).map(row);
    return `\n## ${folder}\n\n| code | class | expected, or what it says |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${HEAD}${sections.join('')}`;
}

function row({ code, answer, expected }: Refusal): string {
  const cell = expected.join('; ').replaceAll('|', '\\|');
  return `| \`${code}\` | ${answer === '' ? '–' : answer} | ${cell === '' ? '–' : cell} |`;
}
