// Gradio's figures have no click event. This passes a click on the map on to the tab's panel, and
// marks on the map the clip that the panel shows and its nearest neighbours.
window.exploreData = (panel, select, watch) => {
  const AXES = ["x", "y", "z"];
  const map = document.querySelector("#explore-map");
  const currentFigure = () => map.querySelector(".js-plotly-plot");

  const mark = () => {
    const figure = currentFigure();
    if (!figure?.data) return;
    const [selected, ...neighbours] = [...panel.querySelectorAll("[data-position]")].map(
      ({ dataset }) => JSON.parse(dataset.position),
    );
    const edges = neighbours.flatMap((neighbour) => [selected, neighbour, []]);
    const last = figure.data.length - 1;
    const traces = [edges, selected ? [selected, ...neighbours] : []];
    // One array for each axis that the figure has.
    const update = Object.fromEntries(
      AXES.filter((axis) => axis in figure.data[last]).map((axis) => {
        const index = AXES.indexOf(axis);
        return [axis, traces.map((points) => points.map((point) => point[index] ?? null))];
      }),
    );
    window.Plotly.restyle(figure, update, [last - 1, last]);
  };

  // Every new figure is a new element.
  new MutationObserver(() => {
    const figure = currentFigure();
    if (!figure?.on || figure.dataset.listening) return;
    figure.dataset.listening = "yes";
    figure.on("plotly_click", ({ points }) => select(points[0].customdata));
    // A finger on the map scrolls the page; only a mouse selects a part to zoom into.
    if (matchMedia("(pointer: coarse)").matches) window.Plotly.relayout(figure, { dragmode: false });
    mark();
  }).observe(map, { childList: true, subtree: true });

  panel.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-row]");
    if (button) select(Number(button.dataset.row));
  });
  watch("value", mark);
};
