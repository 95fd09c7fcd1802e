import { Component, type ComponentChildren, type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { amountDown, decimalsFor, exactGrains, type GrainsText, shortHash } from './format.ts';
import { html } from './html.ts';
import type { Tone } from './reading.ts';

// The small pieces that every section is set from.

type Unit = 'credits' | 'tokens';

export interface AmountProps {
  readonly grains: GrainsText;
  readonly grainsPerUnit: number;
  /** Decimal places; by default what suits the amount itself. */
  readonly decimals?: number;
  /** Written after the figure; left out where a column head says it. */
  readonly unit?: Unit;
}

/** Money: readable figure, exact grains in the tooltip and in the element's value. */
export function Amount({ grains, grainsPerUnit, decimals, unit }: AmountProps): VNode {
  const places = decimals ?? decimalsFor(grains, grainsPerUnit);
  const figure = amountDown(grains, grainsPerUnit, places);
  return html`<data class=${figure === '0' ? 'amount none' : 'amount'} value=${String(grains)} title=${exactGrains(grains)}
    >${figure}${unit && html`<span class="unit"> ${unit}</span>`}</data
  >`;
}

const GLYPHS: Record<Tone, string> = {
  good: 'M2.5 6.5 5 9l4.5-6',
  warn: 'M6 1.8 11 10.4H1zM6 5v2.4M6 8.9v.1',
  bad: 'M2.8 2.8l6.4 6.4M9.2 2.8 2.8 9.2',
  quiet: 'M2.5 6h7',
};

/** A small mark whose shape, not only its colour, tells the tone. Always stands beside words that say the same. */
export function Glyph({ tone }: { tone: Tone }): VNode {
  return html`<svg class="glyph" data-tone=${tone} viewBox="0 0 12 12" aria-hidden="true"><path d=${GLYPHS[tone]} /></svg>`;
}

export function Badge({ tone, text }: { tone: Tone; text: string }): VNode {
  return html`<span class="badge" data-tone=${tone}><${Glyph} tone=${tone} />${text}</span>`;
}

const COPIED_MS = 1_600;

export interface HashProps {
  readonly hash: string;
  /** What it is the hash or id of, for the button's name. */
  readonly what: string;
  /** How it is shortened; by default to both its ends. */
  readonly shown?: string;
}

/** A hash or id, shortened, on a button that copies all of it. */
export function Hash({ hash, what, shown = shortHash(hash) }: HashProps): VNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = window.setTimeout(() => setCopied(false), COPIED_MS);
    return () => window.clearTimeout(timer);
  }, [copied]);
  const copy = () => void navigator.clipboard.writeText(hash).then(() => setCopied(true));
  return html`<button type="button" class="hash" title=${hash} aria-label=${`Copy ${what} ${shown}`} onClick=${copy}>
    <code>${shown}</code><svg class="copy" viewBox="0 0 12 12" aria-hidden="true"><path d="M1.5 8V1.5H8M4 4h6.5v6.5H4z" /></svg
    ><span class="hash-hint" role="status">${copied ? 'copied' : ''}</span>
  </button>`;
}

export interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly note: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Section({ id, title, note, children }: SectionProps): VNode {
  return html`<section id=${id} aria-labelledby=${`${id}-title`} class="section">
    <header class="section-head">
      <h2 id=${`${id}-title`}>${title}</h2>
      <p>${note}</p>
    </header>
    ${children}
  </section>`;
}

export interface GuardProps {
  /** What the guarded part shows, as a person would call it. */
  readonly name: string;
  /** What it is drawn from: while this stays the same object, the part is not drawn again. */
  readonly from: object;
  readonly children?: ComponentChildren;
}

interface GuardState {
  readonly from: object | null;
  readonly failure: string | null;
}

/** Keeps a part that cannot be drawn from taking the page with it, until there is another answer to draw from. */
export class Guard extends Component<GuardProps, GuardState> {
  override state: GuardState = { from: null, failure: null };

  static override getDerivedStateFromProps(props: GuardProps, state: GuardState): GuardState {
    return props.from === state.from ? state : { from: props.from, failure: null };
  }

  static override getDerivedStateFromError(error: unknown): Partial<GuardState> {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override shouldComponentUpdate(_props: GuardProps, next: GuardState): boolean {
    return next.from !== this.state.from || next.failure !== this.state.failure;
  }

  override render({ name, children }: GuardProps, { failure }: GuardState): ComponentChildren {
    if (failure === null) return children;
    return html`<${Empty}>${name} cannot be shown from the gateway's last answer: ${failure}.<//>`;
  }
}

/** Says in words that a list is empty, and why that may be. */
export function Empty({ children }: { children?: ComponentChildren }): VNode {
  return html`<p class="empty">${children}</p>`;
}
