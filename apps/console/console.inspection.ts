import type { Page } from 'playwright-core';

// What an auditor of accessibility would look at, asked of a page as it is drawn.

export interface Fault {
  readonly what: string;
  readonly where: string;
}

/** Texts whose contrast with what lies behind them is below WCAG AA: 4.5, or 3 from 24 px or bold 18.66 px up. */
export function contrastFaults(page: Page): Promise<Fault[]> {
  return page.locator('body').evaluate((body) => {
    const view = body.ownerDocument.defaultView!;
    const numbers = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (rgb: number[]) => {
      const [r = 0, g = 0, b = 0] = rgb.map((channel) => {
        const share = channel / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (start: typeof body) => {
      for (let element: typeof body | null = start; element; element = element.parentElement) {
        const [r = 0, g = 0, b = 0, alpha = 1] = numbers(view.getComputedStyle(element).backgroundColor);
        if (alpha === 1) return [r, g, b];
      }
      return [255, 255, 255];
    };
    const SHOW_TEXT = 4;
    const walker = body.ownerDocument.createTreeWalker(body, SHOW_TEXT);
    const faults: { what: string; where: string }[] = [];
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent?.trim() ?? '';
      const element = walker.currentNode.parentElement!;
      if (text === '' || !element.checkVisibility() || element.closest('.visually-hidden, .skip, noscript')) continue;
      const style = view.getComputedStyle(element);
      const lights = [luminance(numbers(style.color).slice(0, 3)), luminance(groundOf(element))];
      const ratio = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) faults.push({ what: `contrast ${ratio.toFixed(2)}`, where: text.slice(0, 60) });
    }
    return faults;
  });
}

/** Parts of the page's structure that a screen reader could not make sense of. */
export function structureFaults(page: Page): Promise<Fault[]> {
  return page.locator('html').evaluate((html) => {
    const faults: { what: string; where: string }[] = [];
    const every = (selector: string) => [...html.querySelectorAll(selector)];
    const refuse = (what: string, elements: readonly { outerHTML: string }[]) => {
      for (const element of elements) faults.push({ what, where: element.outerHTML.slice(0, 120) });
    };
    const nameOf = (element: (typeof html)[] extends readonly (infer One)[] ? One : never) =>
      element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
    refuse(
      'control without a name',
      every('a, button, summary').filter((element) => nameOf(element as typeof html) === ''),
    );
    refuse('picture without words', every('[role=img]:not([aria-label]), svg:not([aria-hidden]), img:not([alt])'));
    refuse('table without a caption', every('table:not(:has(> caption))'));
    refuse('table head without scope', every('th:not([scope])'));
    refuse('section without a heading', every('section:not([aria-labelledby])'));
    const scrolled = every('*').filter((element) => {
      const overflow = html.ownerDocument.defaultView!.getComputedStyle(element).overflowX;
      return overflow === 'auto' && element.scrollWidth > element.clientWidth;
    });
    refuse(
      'scrolls, but not by keyboard',
      scrolled.filter((e) => !e.matches('[tabindex="0"]') && !e.querySelector('a, button')),
    );
    const ids = every('[id]').map((element) => element.id);
    refuse(
      'id used twice',
      every('[id]').filter((element) => ids.indexOf(element.id) !== ids.lastIndexOf(element.id)),
    );
    const named = every('[aria-labelledby]').filter((e) => !ids.includes(e.getAttribute('aria-labelledby') ?? ''));
    refuse('named by an id that is not there', named);
    const levels = every('h1, h2, h3, h4').map((heading) => Number(heading.tagName.slice(1)));
    refuse(
      'heading level skipped',
      every('h1, h2, h3, h4').filter((_h, i) => levels[i]! > (levels[i - 1] ?? 0) + 1),
    );
    for (const selector of ['h1', 'main', 'nav', 'footer', '[aria-live=polite]']) {
      if (every(selector).length !== 1)
        faults.push({ what: `expected one, got ${every(selector).length}`, where: selector });
    }
    if (html.getAttribute('lang') !== 'en') faults.push({ what: 'no language', where: 'html' });
    return faults;
  });
}

/** What sticks out of the window's width: the page itself, or an element that no box of its own scrolls. */
export function overflowFaults(page: Page): Promise<Fault[]> {
  return page.locator('html').evaluate((html) => {
    const width = html.clientWidth;
    const faults: { what: string; where: string }[] = [];
    if (html.scrollWidth > width)
      faults.push({ what: `page is ${html.scrollWidth} px wide`, where: `window of ${width} px` });
    for (const element of html.querySelectorAll('body *')) {
      const { right, width: own } = element.getBoundingClientRect();
      const hidden = !element.checkVisibility() || element.closest('.scroll, .visually-hidden, .plot, thead');
      if (own > 0 && right > width + 0.5 && !hidden) {
        faults.push({ what: `ends at ${Math.round(right)} px`, where: element.outerHTML.slice(0, 120) });
      }
    }
    return faults;
  });
}
