/** The stylesheet of a report. */
export const STYLE = `
:root { --text: #1f2328; --muted: #57606a; --line: #d8dee4; --soft: #f6f8fa; --good: #00694b; --bad: #a63a00; --link: #0b5cad; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: #fff; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
main { max-width: 1128px; margin: 0 auto; padding: 40px 32px 72px; }
h1 { font-size: 34px; line-height: 1.2; letter-spacing: -0.01em; margin: 4px 0 12px; }
h2 { font-size: 23px; margin: 56px 0 10px; padding-top: 20px; border-top: 1px solid var(--line); }
h3 { font-size: 17px; margin: 30px 0 8px; }
p { max-width: 78ch; margin: 8px 0; }
a { color: var(--link); }
code { font: 0.88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.kicker { color: var(--muted); font-size: 14px; margin: 0; }
.lead { font-size: 18px; }
.facts { margin: 20px 0 0; padding: 14px 18px; background: var(--soft); border-radius: 8px; font-size: 14.5px; }
.facts div { display: flex; gap: 12px; }
.facts dt { flex: 0 0 84px; color: var(--muted); }
.facts dd { margin: 0; min-width: 0; }
nav { margin: 18px 0 0; font-size: 14.5px; display: flex; flex-wrap: wrap; gap: 4px 20px; }
.criteria { list-style: none; margin: 12px 0; padding: 0; }
.verdict { display: flex; gap: 12px; align-items: baseline; margin: 8px 0; }
.badge { flex: none; width: 76px; text-align: center; font-size: 13px; font-weight: 600; border: 1px solid currentColor; border-radius: 99px; padding: 0 6px; }
.holds { color: var(--good); }
.fails { color: var(--bad); font-weight: 600; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 14px 0 4px; padding: 0; font-size: 14px; }
.swatch { display: inline-block; width: 22px; height: 0; vertical-align: middle; margin-right: 4px; }
.patch { display: inline-block; width: 14px; height: 14px; border-radius: 2px; vertical-align: -2px; margin-right: 4px; }
figure { margin: 12px 0 20px; }
.charts { display: flex; flex-wrap: wrap; gap: 20px 28px; }
svg { display: block; max-width: 100%; height: auto; }
figcaption { color: var(--muted); font-size: 14px; margin-top: 6px; max-width: 100ch; }
.table { overflow-x: auto; margin: 12px 0; }
/* A shadow at the side on which a table goes on. */
.table, .scroll { background:
  linear-gradient(90deg, var(--page) 40%, transparent) 0 0 / 36px 100% no-repeat local,
  linear-gradient(270deg, var(--page) 40%, transparent) 100% 0 / 36px 100% no-repeat local,
  linear-gradient(90deg, #0003, transparent) 0 0 / 12px 100% no-repeat scroll,
  linear-gradient(270deg, #0003, transparent) 100% 0 / 12px 100% no-repeat scroll; }
@media (max-width: 640px) { .charts { overflow-x: auto; } .charts svg { min-width: 480px; max-width: none; } }
table { border-collapse: collapse; font-size: 13.5px; line-height: 1.35; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--muted); vertical-align: bottom; }
td.number, th.number { text-align: right; white-space: nowrap; }
.policy { white-space: nowrap; }
.issue { font-weight: 400; font-size: 14px; margin-left: 6px; }
.again { color: var(--muted); font-size: 14px; }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--muted); font-size: 13.5px; }
@media print { main { max-width: none; padding: 0; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
`
