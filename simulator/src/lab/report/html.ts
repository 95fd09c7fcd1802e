import { escaped } from '@stannary/plot';

/** Markup that was made here. Whatever else comes into a page is text. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Content = Html | string | number | null | readonly Content[];

/**
 * Markup with contents in it, each of them escaped unless it is markup itself; lists are joined, null is nothing.
 * Example: html`<p title="${name}">${lines.map((line) => html`<b>${line}</b>`)}</p>`.
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.map((part, index) => part + markupOf(contents[index] ?? null)).join(''));
}

function markupOf(content: Content): string {
  if (content instanceof Html) return content.markup;
  if (Array.isArray(content)) return content.map(markupOf).join('');
  return content === null ? '' : escaped(`${content}`);
}
