// Read-outs under the pointer or a finger, and open folds on paper.
"use strict";

/** Index of the point whose x is nearest; xs rise. */
function nearest(xs, x) {
  let low = 0, high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle; else high = middle;
  }
  return x - xs[low] < xs[high] - x ? low : high;
}

function format(value) {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(2).replace("-", "−");
  return value.toLocaleString("en", {maximumSignificantDigits: Math.abs(value) >= 1000 ? 6 : 4}).replace("-", "−");
}

/** "step 111 (51 of joint)", or "3.2 min". */
function place(data, x) {
  if (data.unit !== "step") return x.toFixed(data.end < 5 ? 2 : 1) + " " + data.unit;
  const step = Math.round(x), band = data.bands.find((each) => step > each[1] && step <= each[2]);
  const within = band && data.bands.length > 1 ? ` (${(step - band[1]).toLocaleString("en")} of ${band[0]})` : "";
  return "step " + step.toLocaleString("en") + within;
}

function element(name, className, parent) {
  const made = document.createElement(name);
  made.className = className;
  return parent.appendChild(made);
}

/** One line of the read-out: the curve's value at its point nearest to x, unless that is far away. */
function addLine(box, curve, x, reach) {
  const at = curve.x.length ? nearest(curve.x, x) : -1;
  if (at < 0 || curve.y[at] === null || Math.abs(curve.x[at] - x) > reach) return;
  const line = element("div", "", box);
  element("i", "key " + curve.look, line);
  element("span", "", line).textContent = curve.name;
  element("b", "", line).textContent = format(curve.y[at]);
}

function listen(figure) {
  const plot = figure.querySelector(".plot");
  const data = JSON.parse(figure.querySelector("script").textContent);
  const rule = element("div", "rule", plot), box = element("div", "read-out", plot);
  const hide = () => { rule.style.display = box.style.display = "none"; };
  const show = (event) => {
    const frame = plot.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - frame.left) / frame.width, 0), 1);
    const x = share * data.end;
    box.replaceChildren();
    element("div", "where", box).textContent = place(data, x);
    for (const curve of data.curves) addLine(box, curve, x, data.end / 12);
    rule.style.display = box.style.display = "block";
    rule.style.left = share * 100 + "%";
    box.style.left = share < 0.5 ? `calc(${share * 100}% + 10px)` : "auto";
    box.style.right = share < 0.5 ? "auto" : `calc(${(1 - share) * 100}% + 10px)`;
  };
  plot.addEventListener("pointermove", show);
  plot.addEventListener("pointerdown", show);
  plot.addEventListener("pointerleave", hide);
  hide();
}

document.querySelectorAll("figure.chart").forEach(listen);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
