/** Okabe and Ito's colours, told apart by nearly everybody; dashes tell apart what they do not. */
export const LIGHT = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9', '#7a3b00', '#555555'];
export const DARK = ['#56b4e9', '#ff8c42', '#2fd3a0', '#f0a5cd', '#f0e442', '#9ad1f5', '#e0a878', '#bbbbbb'];
export const DASHES = ['none', '7 3', '2 3', '9 3 2 3', 'none', '7 3', '2 3', '9 3 2 3'];

const variables = (colours: readonly string[], names: Readonly<Record<string, string>>) =>
  [
    ...colours.map((colour, index) => `--plot-${index}:${colour};`),
    ...Object.entries(names).map(([name, colour]) => `--plot-${name}:${colour};`),
  ].join('');

const NAMES_LIGHT = { dim: '#5a5a5a', grid: '#e3e3e3', zero: '#8a8a8a', good: '#00704f', bad: '#b3261e' };
const NAMES_DARK = { dim: '#a9adb3', grid: '#2f343b', zero: '#7d838b', good: '#4cc38a', bad: '#ff8a80' };

/** The style of all pictures: once in a page that holds some, or in each that stands alone. Text has the page's colour. */
export function plotStyle(): string {
  return [
    `.plot{${variables(LIGHT, NAMES_LIGHT)}font:12px system-ui,sans-serif}`,
    `@media(prefers-color-scheme:dark){.plot{${variables(DARK, NAMES_DARK)}}}`,
    // Paper is white, whatever the screen was.
    `@media print{.plot{${variables(LIGHT, NAMES_LIGHT)}}}`,
    '.plot text{fill:currentColor}.plot .tick{color:var(--plot-dim)}.plot .heading{font-size:16px;font-weight:600}',
    '.plot .grid{stroke:var(--plot-grid);fill:none}.plot .zero{stroke:var(--plot-zero);fill:none}',
    '.plot .rule{stroke:currentColor;fill:none;stroke-width:1.5;stroke-dasharray:5 3}.plot .rule.double{stroke-dasharray:none}',
    '.plot .line{fill:none;stroke:var(--c);stroke-width:2}.plot .whisker{fill:none;stroke:var(--c);stroke-width:1.5}',
    '.plot .dot{fill:var(--c)}.plot .hollow{fill:none;stroke:var(--c);stroke-width:2}.plot .area{fill:var(--c)}',
    '.plot .outer{fill-opacity:.18}.plot .inner{fill-opacity:.32}.plot .seam{fill:none;stroke:var(--c);stroke-width:1.5}',
    LIGHT.map((_, index) => `.plot .s${index}{--c:var(--plot-${index})}`).join(''),
    DASHES.map((dash, index) => (dash === 'none' ? '' : `.plot .line.s${index}{stroke-dasharray:${dash}}`)).join(''),
    '.plot .passed{--c:var(--plot-good)}.plot .failed{--c:var(--plot-bad)}.plot .unshown{--c:var(--plot-dim)}',
  ].join('');
}

/** The ground and ink of a picture that stands alone. */
export const ALONE_STYLE =
  '.plot{color:#222}.ground{fill:#fff}@media(prefers-color-scheme:dark){.plot{color:#e6e6e6}.ground{fill:#16181c}}' +
  '@media print{.plot{color:#222}.ground{fill:#fff}}';
