// Shows the analysed clip on the Analyse tab's map, which is drawn once: the list of its neighbours
// holds what map_chart.py says of it. To change the whole figure takes about ten times as long.
window.updateMap = (neighbours, watch) => {
  // Were the traces empty, Plotly would remove the points of all others.
  const NO_CLIP = { traces: Array(3).fill({ x: [null], y: [null] }), shifts: [] };
  const AT_ONCE = { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } };
  const column = neighbours.closest(".column");
  let figure, shown;

  const update = async () => {
    const clip = neighbours.querySelector("[data-clip]")?.dataset.clip;
    if (!figure || clip === shown) return;
    shown = clip;
    const { traces, shifts } = clip ? JSON.parse(clip) : NO_CLIP;
    const first = figure.data.length - traces.length;
    const rows = traces.map((_, index) => first + index);
    await Plotly.animate(figure, { data: traces, traces: rows }, AT_ONCE);
    const moved = figure.layout.annotations
      .map(({ yshift = 0 }, row) => [row, yshift, shifts[row] ?? 0])
      .filter(([, before, after]) => before !== after)
      .map(([row, , after]) => [`annotations[${row}].yshift`, after]);
    // This draws every point again, but only some clips lie near a label.
    if (moved.length) Plotly.relayout(figure, Object.fromEntries(moved));
  };

  // An answer may be there before the map is. Every new figure is a new element; its labels are
  // drawn last, and a figure that is changed earlier stays empty.
  const find = () => {
    const drawn = column.querySelector("#map .js-plotly-plot:has(.annotation)");
    if (!drawn || drawn === figure) return;
    [figure, shown] = [drawn, undefined];
    update();
  };
  new MutationObserver(find).observe(column, { childList: true, subtree: true });
  find();
  watch("value", update);
};
