// A tokenizer for TypeScript and JavaScript, good enough to hold house rules: it tells words, strings, templates,
// regular expressions and comments apart, so that a rule never mistakes a sentence for code. It does not parse.

export interface Token {
  readonly kind: 'word' | 'string' | 'template' | 'number' | 'regex' | 'mark';
  /** Strings and templates without their quotes; everything else as it stands. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/|^#![^\n]*)+/y;
const STRING = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y;
const WORD = /[#@]?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const NUMBER = /\.?\d[\w.]*/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const MARK = /=>|\?\.(?!\d)|\.\.\.|[\s\S]/y;
/** Text of a template up to its end or its next `${`. */
const TEMPLATE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;

/** Words after which a slash begins a regular expression although a word stands before it. */
const BEFORE_REGEX = new Set(['return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'void', 'throw', 'await', 'yield']);

/** @throws Error on a template or a string that does not end, with its line. */
export function tokensOf(source: string): readonly Token[] {
  return new Tokenizer(source).run();
}

class Tokenizer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  /** Depth of braces inside each open template expression. */
  readonly #templates: number[] = [];
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  run(): readonly Token[] {
    this.#skipSpace();
    while (this.#at < this.#source.length) {
      this.#next();
      this.#skipSpace();
    }
    return this.#tokens;
  }

  #next(): void {
    const first = this.#source[this.#at] as string;
    if (first === '`') this.#addTemplate(1);
    else if (first === "'" || first === '"') this.#addString();
    else if (this.#add('word', WORD) || this.#add('number', NUMBER)) return;
    else if (first === '/' && regexMayStand(this.#tokens.at(-1)) && this.#add('regex', REGEX)) return;
    else this.#addMark();
  }

  #add(kind: Token['kind'], pattern: RegExp): boolean {
    const text = this.#match(pattern);
    if (text === null) return false;
    this.#tokens.push({ kind, text, line: this.#line });
    return true;
  }

  #addString(): void {
    const raw = this.#match(STRING);
    if (raw === null) throw new Error(`line ${this.#line}: a string that does not end`);
    this.#tokens.push({ kind: 'string', text: raw.slice(1, -1), line: this.#line });
    this.#line += countLines(raw);
  }

  /** Up to the template's end or its next expression, whose braces then count. */
  #addTemplate(opening: 0 | 1): void {
    this.#at += opening;
    const raw = this.#match(TEMPLATE);
    if (raw === null) throw new Error(`line ${this.#line}: a template that does not end`);
    const expression = raw.endsWith('${');
    this.#tokens.push({ kind: 'template', text: raw.slice(0, expression ? -2 : -1), line: this.#line });
    this.#line += countLines(raw);
    if (!expression) return;
    this.#templates.push(0);
    this.#tokens.push({ kind: 'mark', text: '{', line: this.#line });
  }

  #addMark(): void {
    this.#add('mark', MARK);
    const mark = (this.#tokens.at(-1) as Token).text;
    const innermost = this.#templates.length - 1;
    if (innermost < 0 || (mark !== '{' && mark !== '}')) return;
    const depth = (this.#templates[innermost] as number) + (mark === '{' ? 1 : -1);
    this.#templates[innermost] = depth;
    if (depth >= 0) return;
    this.#templates.pop();
    this.#addTemplate(0);
  }

  #skipSpace(): void {
    this.#line += countLines(this.#match(SPACE) ?? '');
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#source)?.[0] ?? '';
    this.#at += text.length;
    return text === '' ? null : text;
  }
}

function regexMayStand(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === 'word') return BEFORE_REGEX.has(previous.text);
  return previous.kind === 'mark' && !')]}'.includes(previous.text);
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
