// Saves the result as JSON and the figures as one picture. Both are made from what the page shows,
// without a request to the server or a file on its disk.
(() => {
  const WIDTH = 1280, HEIGHT = 720, SCALE = 2; // of the picture, px
  const BOXES = { // x, y, width and height of each figure in it
    bars: [24, 112, 520, 280],
    outline: [24, 406, 520, 80],
    spectrogram: [24, 500, 520, 196],
    map: [560, 112, 700, 590],
  };

  const plot = (name) => document.querySelector(`#${name} .js-plotly-plot`);

  window.saveFile = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  window.saveText = (file) => {
    if (file) saveFile(new Blob([file.content], { type: "text/plain" }), file.name);
    return null; // The page keeps no copy.
  };

  const save = (blob, suffix) =>
    saveFile(blob, `${document.querySelector("#saving [data-file]").dataset.file}.${suffix}`);

  const draw = async (name, style) => {
    const [x, y, width, height] = BOXES[name];
    const { data, layout } = plot(name);
    const font = { ...layout.font, family: style.fontFamily, color: style.color };
    const image = new Image();
    image.src = await Plotly.toImage(
      { data, layout: { ...layout, width, height, autosize: false, font } },
      { format: "png", width, height, scale: SCALE },
    );
    await image.decode();
    return [image, x, y, width, height];
  };

  const picture = async () => {
    const style = getComputedStyle(document.querySelector("#answer .verdict"));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [WIDTH * SCALE, HEIGHT * SCALE];
    const context = canvas.getContext("2d");
    context.scale(SCALE, SCALE);
    context.fillStyle = getComputedStyle(document.querySelector("#map")).backgroundColor;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = style.color;
    for (const [line, size, y] of [["verdict", 32, 56], ["quality", 18, 90]]) {
      context.font = `${size}px ${style.fontFamily}`;
      context.fillText(document.querySelector(`#answer .${line}`).innerText, 32, y, WIDTH - 64);
    }
    for (const drawn of await Promise.all(Object.keys(BOXES).map((name) => draw(name, style)))) {
      context.drawImage(...drawn);
    }
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("#saving button");
    if (button?.name === "result") {
      const result = JSON.parse(document.querySelector("#answer .verdict").dataset.result);
      save(new Blob([JSON.stringify(result, null, 1)], { type: "application/json" }), "json");
    } else if (button) {
      save(await picture(), "png");
    }
  });
})();
