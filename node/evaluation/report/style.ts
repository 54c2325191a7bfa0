/** The page's style: light and dark, one column at phone width. Nothing is loaded. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--edge:#d9dde3;--text:#1c2430;--muted:#5b6675;--band:#dcefe3;
--s0:#7a8594;--s1:#0072b2;--s2:#d55e00;--s3:#009e73;--s4:#b0568f;--s5:#a67800}
@media (prefers-color-scheme:dark){:root{--ground:#10151c;--card:#18202a;--edge:#2e3947;--text:#e6ebf2;--muted:#9aa7b8;
--band:#1d3a2b;--s0:#98a4b3;--s1:#6cb0ff;--s2:#ff9a5c;--s3:#4fd1a1;--s4:#e39ac8;--s5:#e8c04a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:74rem;padding:1rem;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:0 0 .5rem}h3{font-size:1rem;margin:1rem 0 .25rem}
p{margin:.25rem 0 .75rem;max-width:48rem}small,.muted{color:var(--muted);font-size:.85em}
section{background:var(--card);border:1px solid var(--edge);border-radius:.5rem;padding:1rem;margin:1rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:1rem 0}
.tile{background:var(--card);border:1px solid var(--edge);border-radius:.5rem;padding:.75rem}
.tile b{display:block;font-size:1.2rem;line-height:1.35}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem;align-items:start}
figure{margin:0}figcaption{font-size:.9rem;font-weight:600;margin-bottom:.25rem}
svg{display:block;width:100%;height:auto;max-width:36rem}
svg text{fill:var(--text);font:13px system-ui,sans-serif;paint-order:stroke;stroke:var(--card);stroke-width:3px}svg text.muted{fill:var(--muted);font-size:12px}
svg .middle{text-anchor:middle}svg .end{text-anchor:end}
svg .grid{stroke:var(--edge);stroke-width:1}svg .zero{stroke:var(--muted);stroke-width:1.2}
svg .band{fill:var(--band)}svg .fan{fill:var(--s1);opacity:.22}svg .line{fill:none;stroke:var(--text);stroke-width:1}
svg .middle-line{fill:none;stroke:var(--s1);stroke-width:1}
${[0, 1, 2, 3, 4, 5].map((k) => `svg .s${k}{fill:var(--s${k});stroke:var(--s${k})}.key .s${k}{color:var(--s${k})}`).join('')}
.key{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;padding:0;margin:.25rem 0 .5rem;font-size:.85rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;margin:.5rem 0}
th,td{padding:.2rem .6rem .2rem 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--edge);vertical-align:top}
th:first-child{text-align:left}thead th{color:var(--muted);font-weight:600}tbody th{font-weight:400}
details{margin:.5rem 0}summary{cursor:pointer;color:var(--s1)}code{font-size:.85em;overflow-wrap:anywhere}
@media print{body{max-width:none}section{break-inside:avoid}}
`;
