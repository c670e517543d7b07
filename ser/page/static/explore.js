// Gradio's figures tell of no click. This passes a click on the map on to the tab's panel, and draws
// on the map what the panel tells of: the clip that was chosen and its nearest.
window.exploreData = (panel, choose, watch) => {
  const map = document.querySelector("#explore-map");
  const drawing = () => map.querySelector(".js-plotly-plot");

  const mark = () => {
    const figure = drawing();
    if (!figure?.data) return;
    const [one, ...near] = [...panel.querySelectorAll("[data-x]")].map(({ dataset }) => ({
      x: Number(dataset.x),
      y: Number(dataset.y),
    }));
    const ties = near.flatMap((other) => [one, other, { x: null, y: null }]);
    const last = figure.data.length - 1;
    const points = [ties, one ? [one, ...near] : []];
    window.Plotly.restyle(
      figure,
      {
        x: points.map((some) => some.map(({ x }) => x)),
        y: points.map((some) => some.map(({ y }) => y)),
      },
      [last - 1, last],
    );
  };

  // Every new figure is a new element.
  new MutationObserver(() => {
    const figure = drawing();
    if (!figure?.on || figure.dataset.listening) return;
    figure.dataset.listening = "yes";
    figure.on("plotly_click", ({ points }) => choose(points[0].customdata));
    // A finger on the map scrolls the page; only a mouse draws the part to look at closer.
    if (matchMedia("(pointer: coarse)").matches) window.Plotly.relayout(figure, { dragmode: false });
    mark();
  }).observe(map, { childList: true, subtree: true });

  panel.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-row]");
    if (button) choose(Number(button.dataset.row));
  });
  watch("value", mark);
};
