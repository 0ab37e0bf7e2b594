/** How a report looks: light and dark, on paper, and on narrow screens. */
export const STYLE: string = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#17202b;--soft:#5c6875;--line:#e1e5ea;--grid:#eef1f4;
--life:#b9cbe3;--slow:#3f73b7;--relaxed:#f2c14e;--handoff:#1f9d76;--bad:#d0342c;--note:#7a4fd0;--good-bg:#e3f5ed;--good:#0d6a4c;--warn-bg:#fdecea;--warn:#9e221b;
--prepare:#7fa6d8;--wait:#c9a6e8;--fence:#e2763a;--drain:#aab4bf}
@media (prefers-color-scheme:dark){:root{--bg:#10151b;--card:#19212a;--ink:#e8edf2;--soft:#9aa7b4;--line:#2a3540;--grid:#222c36;
--life:#37506e;--slow:#7fb2f0;--relaxed:#b98a1d;--handoff:#2fbf8f;--bad:#ff6f66;--note:#b190ff;--good-bg:#12352a;--good:#6fe0b5;--warn-bg:#3c1a19;--warn:#ff9d96;
--prepare:#5d8cc7;--wait:#9b78c0;--fence:#f08a4b;--drain:#66727f}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:32px 24px 8px}
article+article{margin-top:64px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--card);padding:8px 12px;z-index:9}
.eyebrow{margin:0;color:var(--soft);font-size:12px;font-weight:600;letter-spacing:.08em;text-transform:uppercase}
h1{margin:4px 0;font-size:28px;line-height:1.2;overflow-wrap:anywhere}
h2{margin:0;font-size:17px;display:inline-block}h3{margin:0;font-size:15px;overflow-wrap:anywhere}
.provenance{margin:0;color:var(--soft);font-size:13px;overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;margin-top:20px}
.verdict{display:inline-block;margin:0;padding:4px 12px;border-radius:99px;font-weight:600}
.verdict.good{background:var(--good-bg);color:var(--good)}.verdict.warn{background:var(--warn-bg);color:var(--warn)}
.story{margin:12px 0 16px;font-size:17px;max-width:78ch}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(128px,1fr));gap:1px;margin:0;background:var(--line);border:1px solid var(--line);border-radius:8px;overflow:hidden}
.tiles div{background:var(--card);padding:10px 14px}dt{color:var(--soft);font-size:12px}dd{margin:0;font-size:21px;font-weight:600;line-height:1.25}
dd small,.name small{display:block;color:var(--soft);font-size:12px;font-weight:400}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;margin:8px 0 16px;padding:0;color:var(--soft);font-size:12px}
.key{display:inline-block;width:12px;height:10px;margin-right:6px;border-radius:2px}
.key.relaxed{background:var(--relaxed)}.key.handoff{background:var(--handoff)}.key.failed,.key.error{background:var(--bad)}.key.life{background:var(--life)}
.key.note{background:var(--note);width:9px;height:9px;transform:rotate(45deg);border-radius:1px}.key.slow{background:var(--slow)}.key.error{width:3px}
.key.prepare,.phase.prepare{background:var(--prepare)}.key.wait,.phase.wait{background:var(--wait)}.key.fence,.phase.fence{background:var(--fence)}.key.drain,.phase.drain{background:var(--drain)}
.row{display:grid;grid-template-columns:168px 1fr;align-items:center;border-top:1px solid var(--grid)}
.row.axis{border:0}.row.client{margin-top:4px}
.name{padding:4px 12px 4px 0;font-size:13px;line-height:1.3;overflow-wrap:anywhere}
.row.connection .name{padding-left:12px}
.track{position:relative;height:40px;background:repeating-linear-gradient(90deg,var(--grid) 0 1px,transparent 1px calc(100%/6))}
.axis .track{height:22px;background:none}
.tick{position:absolute;transform:translateX(-50%);color:var(--soft);font-size:11px;white-space:nowrap}
.tick:first-child{transform:none}.tick:last-child{transform:translateX(-100%)}
button{appearance:none;border:0;padding:0;margin:0;font:inherit;cursor:default}
.span{position:absolute;min-width:3px;border-radius:3px}
.span.relaxed{top:4px;height:12px;background:var(--relaxed)}
.span.handoff{top:20px;height:16px;background:var(--bad)}.span.handoff.completed{background:var(--handoff)}.span.handoff.cancelled,.span.handoff.unfinished{background:var(--drain)}
.span.life{top:8px;height:24px;background:var(--life)}.span.life.lost{border-right:3px solid var(--bad)}
.bars{position:absolute;inset:8px 0 8px 0;width:100%;height:24px;pointer-events:none}.bars path{fill:var(--slow)}
.mark{position:absolute;background:var(--note)}
.mark.note{top:1px;width:10px;height:10px;margin-left:-5px;transform:rotate(45deg);border-radius:1px;border:1px solid var(--card)}
.mark.error,.mark.incident{bottom:0;width:4px;height:12px;margin-left:-2px;background:var(--bad);border-radius:1px}.mark.incident{top:0;background:var(--fence)}
[data-tip]:hover,[data-tip]:focus-visible{z-index:5;outline:2px solid var(--ink);outline-offset:1px}
[data-tip]:hover::after,[data-tip]:focus-visible::after{content:attr(data-tip);position:absolute;top:calc(100% + 8px);left:0;width:max-content;max-width:min(320px,60vw);padding:8px 12px;border-radius:8px;background:var(--ink);color:var(--card);font-size:13px;line-height:1.4;text-align:left;white-space:normal;overflow-wrap:anywhere;box-shadow:0 6px 20px #0004}
[data-side=left]:hover::after,[data-side=left]:focus-visible::after{left:auto;right:0}
.mark.note:hover,.mark.note:focus-visible{transform:none;border-radius:50%}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(320px,100%),1fr));gap:12px;margin-top:12px}
.card{border:1px solid var(--line);border-left:4px solid var(--bad);border-radius:8px;padding:12px 14px;margin:0!important;font-size:13px}
.card.completed{border-left-color:var(--handoff)}.card.cancelled,.card.unfinished{border-left-color:var(--drain)}
.badge{font-size:11px;font-weight:600;padding:1px 8px;border-radius:99px;background:var(--warn-bg);color:var(--warn);white-space:nowrap}
.completed .badge{background:var(--good-bg);color:var(--good)}.cancelled .badge,.unfinished .badge{background:var(--grid);color:var(--soft)}
.card p{margin:4px 0;overflow-wrap:anywhere}.card ul{list-style:none;margin:6px 0;padding:0}.card li{color:var(--soft)}.card li b{color:var(--ink)}
.phases{position:relative;height:14px;margin-top:8px;background:var(--grid);border-radius:4px;overflow:hidden}.phase{position:absolute;top:0;bottom:0;min-width:2px}
summary{cursor:pointer}summary span{color:var(--soft);margin-left:6px}
table{width:100%;border-collapse:collapse;margin-top:8px;font-size:13px}
th{text-align:left;color:var(--soft);font-weight:500}th,td{padding:4px 12px 4px 0;border-bottom:1px solid var(--grid);vertical-align:top;overflow-wrap:anywhere}
td:first-child{white-space:nowrap}td:nth-child(2),th:nth-child(2){width:96px}
footer{max-width:1120px;margin:0 auto;padding:16px 24px 40px;color:var(--soft);font-size:12px}
@media (max-width:640px){.tiles div:last-child:nth-child(odd){grid-column:1/-1}main{padding:20px 12px}section{padding:14px}h1{font-size:22px}.story{font-size:15px}.row{grid-template-columns:1fr}.name{padding:6px 0 0!important;display:flex;gap:8px}.name small{display:inline}.tick:nth-child(even){display:none}.tiles{grid-template-columns:1fr 1fr}.row.axis .name{display:none}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--grid:#e6e6e6;--life:#b9cbe3;--slow:#3f73b7;--relaxed:#f2c14e;--handoff:#1f9d76;--bad:#d0342c;--note:#7a4fd0;--good-bg:#e3f5ed;--good:#0d6a4c;--warn-bg:#fdecea;--warn:#9e221b;--prepare:#7fa6d8;--wait:#c9a6e8;--fence:#e2763a;--drain:#aab4bf}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}main,footer{max-width:none;padding:0}section{border-width:0 0 1px;border-radius:0;padding:12px 0}.card,tr,.row{break-inside:avoid}h2{break-after:avoid}.skip{display:none}body{font-size:12px}.tiles{break-inside:avoid}}
`
