// What every picture writes: numbers that are numbers, names that are only text, both within their place.

/**
 * Foreign text as text of a document: nothing in it is markup. Characters that XML forbids, and those that turn the
 * direction of what follows, are replaced.
 */
export function escaped(text: string): string {
  return text
    .replace(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no XML document may hold.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Cs}/gu;

/** To a hundredth of a pixel: shorter, and the same on every machine. @throws Error (a bug) for what is no number */
export function rounded(value: number): number {
  if (!Number.isFinite(value)) throw new Error(`${value} in a picture`);
  return Math.round(value * 100) / 100 || 0;
}

/** Estimated px of a text at 12 px: generous, so that nothing sticks out in a font that is a little wider. */
export function textWidth(text: string, fontPx = 12): number {
  return [...text].length * fontPx * WIDTH_PER_LETTER;
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function fitting(text: string, widthPx: number, fontPx = 12): string {
  const letters = [...text];
  const most = Math.max(1, Math.floor(widthPx / (fontPx * WIDTH_PER_LETTER)));
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}

const WIDTH_PER_LETTER = 0.58;
