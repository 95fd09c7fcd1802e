import { plotStyle } from '@stannary/plot';

const LIGHT =
  '--ground:#fbfaf7;--panel:#fff;--ink:#1d2126;--dim:#5b616a;--rule:#dcd9d2;--accent:#1f4e79;--good:#00704f;--bad:#b3261e;--warn:#fdf0c8;--warn-ink:#4d3800';
const DARK =
  '--ground:#14161a;--panel:#1b1e23;--ink:#e8e6e1;--dim:#a9aeb6;--rule:#363b43;--accent:#8ab8e6;--good:#4cc38a;--bad:#ff8a80;--warn:#3a2f0b;--warn-ink:#ffe9a8';

const SERIF = 'ui-serif,"Iowan Old Style","Palatino Linotype",Palatino,Georgia,serif';
const MONO = 'ui-monospace,"SF Mono",Menlo,Consolas,monospace';

const TEXT = `
*{box-sizing:border-box}
html{color-scheme:light dark;background:var(--ground);color:var(--ink);-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:break-word}
.page{max-width:72rem;margin:0 auto;padding:0 1.25rem 3rem}
h1,h2,h3{font-family:${SERIF};line-height:1.2;font-weight:600;text-wrap:balance}
h1{font-size:2.4rem;margin:.1rem 0 .4rem;letter-spacing:-.01em}h2{font-size:1.55rem;margin:0 0 .5rem}h3{font-size:1.12rem;margin:1.6rem 0 .4rem}
p{max-width:44rem;margin:.4rem 0 .8rem}.lead{color:var(--dim)}
a{color:var(--accent);text-underline-offset:.15em}a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
code,pre{font-family:${MONO};font-size:.86em}code{overflow-wrap:anywhere}
pre{background:var(--panel);border:1px solid var(--rule);border-radius:.4rem;padding:.8rem 1rem;overflow-x:auto;margin:.6rem 0}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--panel);padding:.5rem 1rem}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
section{border-top:1px solid var(--rule);padding-top:1.8rem;margin-top:2.4rem}
header{padding-top:2.2rem}.kind{color:var(--dim);text-transform:uppercase;letter-spacing:.12em;font-size:.78rem;margin:0}
footer{border-top:1px solid var(--rule);margin-top:3rem;padding-top:1rem;color:var(--dim);font-size:.88rem}
`;

const PARTS = `
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:0;margin:1.2rem 0 0;font-size:.92rem}
.banner{background:var(--warn);color:var(--warn-ink);border:2px solid currentColor;border-radius:.5rem;padding:.9rem 1.2rem;margin:1.2rem 0}
.banner strong{display:block;font-size:1.25rem;letter-spacing:.02em}.banner p{margin:.2rem 0 0}
.verdicts{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1rem;margin:1.4rem 0}
.verdict{background:var(--panel);border:1px solid var(--rule);border-left:.45rem solid var(--c);border-radius:.5rem;padding:1rem 1.3rem}
.verdict h2{font:600 .82rem/1.3 system-ui,sans-serif;text-transform:uppercase;letter-spacing:.1em;color:var(--dim);margin:0}
.verdict .word{font:600 1.9rem/1.2 ${SERIF};color:var(--c);margin:.1rem 0}.verdict p{margin:.2rem 0 0}
.passed{--c:var(--good)}.failed{--c:var(--bad)}.unshown{--c:var(--dim)}
.state{color:var(--c);font-weight:600;white-space:nowrap}
.chips{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(11.9rem,46%),1fr));gap:.4rem;padding:0;margin:1rem 0}
.chips a{display:flex;gap:.5rem;align-items:baseline;padding:.35rem .65rem;border:1px solid var(--rule);border-radius:.4rem;background:var(--panel);color:inherit;text-decoration:none;font-size:.92rem}
.chips a:hover{border-color:var(--c)}.chips b{color:var(--c);white-space:nowrap}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.4rem;margin:.6rem 0}
dl.facts dt{color:var(--dim)}dl.facts dd{margin:0;min-width:0}
dl.terms{columns:2 22rem;column-gap:2.5rem}dl.terms dt{font-weight:600;margin-top:.7rem;break-after:avoid}dl.terms dd{margin:0;break-inside:avoid}
.scroll{overflow-x:auto;margin:.8rem 0}figure .scroll{margin:.4rem 0 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;color:var(--dim);padding-bottom:.4rem}
th,td{text-align:left;padding:.42rem .7rem .42rem 0;border-bottom:1px solid var(--rule);vertical-align:top;min-width:0}
thead th{color:var(--dim);font-weight:600;font-size:.82rem;vertical-align:bottom;border-bottom:2px solid var(--rule)}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums lining-nums;white-space:nowrap;padding:.42rem 1.1rem .42rem .7rem}td.interval{white-space:nowrap}
tbody th{font-weight:500}table.gate{font-size:.88rem}table.gate tbody th{min-width:11rem}table.gate td.how{min-width:11rem}tr.group th{padding-top:1.1rem;font-weight:600;border-bottom:1px solid var(--ink)}
tr.group .share{color:var(--dim);font-weight:400;font-size:.85rem}tr:target th{background:var(--warn);color:var(--warn-ink)}
td.how{color:var(--dim);min-width:12rem}
figure{margin:1rem 0;background:var(--panel);border:1px solid var(--rule);border-radius:.5rem;padding:.9rem 1rem}
figcaption{font-weight:600}figcaption span{color:var(--dim);font-weight:400;display:block;font-size:.88rem}
figure svg{display:block;width:100%;height:auto;min-width:44rem}figure.small svg{min-width:0;max-width:26rem}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1rem}.pictures figure{margin:0}.pictures figure svg{min-width:0}
details{border:1px solid var(--rule);border-radius:.5rem;background:var(--panel);margin:.6rem 0;padding:0 1rem}
summary{cursor:pointer;padding:.65rem 0;font-weight:600}details[open]{padding-bottom:.8rem}summary .state{float:right;margin-left:1rem}summary::after{content:"";display:block;clear:both}
details figure{border:0;padding:0}
`;

const NARROW = `
@media(max-width:40rem){.page{padding:0 1rem 2rem}h1{font-size:1.8rem}h2{font-size:1.3rem}
dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.5rem}.scroll table{min-width:38rem}table.gate{min-width:60rem}figure{padding:.7rem}}
`;

/** A4: a head on every page of a table, nothing cut in two that is read as one, everything that was folded away. */
const PRINT = `
@page{size:A4;margin:16mm 14mm}
@media print{html{background:#fff;font-size:10pt}.page{max-width:none;padding:0}nav,.skip{display:none}
h2,h3,figcaption,summary{break-after:avoid}tr,figure,.verdict,.banner,dl.facts dd{break-inside:avoid}
thead{display:table-header-group}.scroll,pre{overflow:visible}pre{white-space:pre-wrap}figure svg{min-width:0}
details::details-content{content-visibility:visible;block-size:auto}details{border:0;padding:0}
section{margin-top:1.4rem;padding-top:1rem}a{color:inherit}}
`;

/** The whole style of a report's page. */
export function pageStyle(): string {
  const schemes = `:root{${LIGHT}}@media(prefers-color-scheme:dark){:root{${DARK}}}@media print{:root{${LIGHT}}}`;
  return [schemes, TEXT, PARTS, plotStyle(), NARROW, PRINT].join('').replaceAll('\n', '');
}
