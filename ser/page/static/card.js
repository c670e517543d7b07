// Saves a round of the Act it tab as a picture, drawn from what the page holds without a request to
// the server: the places of the recordings on the map, the score, the emotions.
(() => {
  const WIDTH = 1200, HEIGHT = 630; // px, as the links that people share are shown
  const LEFT = 60, COLUMN = 430; // of the text, px
  const MAP = { x: 528, y: 26, width: 650, height: 578 };
  const GAP = 54; // between places, px
  const INK = "#1c1c24", SUBDUED = "#66666e", ACCENT = "#4f46e5";

  const drawBackground = (context) => {
    const gradient = context.createLinearGradient(0, 0, WIDTH, HEIGHT);
    gradient.addColorStop(0, "#ffffff");
    gradient.addColorStop(1, "#ececf6");
    context.fillStyle = gradient;
    context.fillRect(0, 0, WIDTH, HEIGHT);
  };

  // From fractions of the map's axes to px.
  const place = ([x, y]) => [MAP.x + x * MAP.width, MAP.y + (1 - y) * MAP.height];

  const drawMap = (context, places, font) => {
    const plot = document.querySelector("#map .js-plotly-plot");
    if (!plot) return;
    const { xaxis, yaxis, annotations } = plot.layout;
    const fraction = (value, [low, high]) => (value - low) / (high - low);
    const at = (x, y) => place([fraction(x, xaxis.range), fraction(y, yaxis.range)]);
    // Without the recording that the Analyse tab shows.
    const traces = plot._fullData.filter(({ name }) => !["edges", "neighbours", "voice"].includes(name));
    for (const { x, y, marker } of traces) {
      context.fillStyle = marker.color;
      context.globalAlpha = 0.2;
      x.forEach((value, row) => {
        context.beginPath();
        context.arc(...at(value, y[row]), 4, 0, 2 * Math.PI);
        context.fill();
      });
    }
    context.globalAlpha = 1;
    context.textAlign = "center";
    context.font = font(700, 17);
    traces.forEach(({ marker }, row) => {
      const [x, y] = at(annotations[row].x, annotations[row].y);
      const covered = (shift) =>
        places.some((place) => Math.abs(place[0] - x) < 80 && Math.abs(place[1] - y - shift) < 36);
      const free = [0, 44, -44].find((shift) => !covered(shift));
      if (free === undefined) return;
      const name = [annotations[row].text.replace(/<.*?>/g, ""), x, y + free + 6];
      context.lineWidth = 5;
      context.strokeStyle = "rgb(255 255 255 / 80%)";
      context.strokeText(...name);
      context.fillStyle = `color-mix(in srgb, ${marker.color} 75%, white)`;
      context.fillText(...name);
    });
    context.textAlign = "left";
  };

  // A filled symbol in a ring is right, a hollow one is wrong.
  const drawSymbol = (context, { path, colour, right }, [x, y], scale) => {
    const shape = new Path2D(path), ring = new Path2D();
    ring.arc(0, 0, 14, 0, 2 * Math.PI);
    const outline = right ? ring : shape;
    context.save();
    context.translate(x, y);
    context.scale(scale, scale);
    for (const [width, style] of [[right ? 4.5 : 7, "white"], [right ? 1.8 : 2.8, colour]]) {
      [context.lineWidth, context.strokeStyle] = [width, style];
      context.stroke(outline);
      context.fillStyle = "white";
      if (style === "white") context.fill(outline);
    }
    context.fillStyle = colour;
    if (right) context.fill(shape);
    context.restore();
  };

  // Moves places apart that would cover each other.
  const spread = (places) => {
    for (let step = 0; step < 50; step++) {
      places.forEach((one, row) => places.slice(0, row).forEach((other) => {
        const [x, y] = [one[0] - other[0], one[1] - other[1] || 1e-3];
        const distance = Math.hypot(x, y), push = Math.max(0, GAP - distance) / 2 / distance;
        one[0] += x * push; one[1] += y * push;
        other[0] -= x * push; other[1] -= y * push;
      }));
    }
    return places;
  };

  const drawText = (context, card, font) => {
    const write = (text, x, y, weight, size, colour, width) => {
      [context.font, context.fillStyle] = [font(weight, size), colour];
      context.fillText(text, x, y, width);
    };
    write(card.title, LEFT, 72, 700, 21, ACCENT, COLUMN);
    card.score.split("\n").forEach((line, row) =>
      write(line, LEFT, 144 + 66 * row, 700, 58, INK, COLUMN));
    write(card.earlier, LEFT, 246, 400, 20, SUBDUED, COLUMN);
    card.takes.forEach((take, row) => {
      const y = 290 + 40 * row;
      drawSymbol(context, take, [LEFT + 16, y], 1.1);
      write(take.name, LEFT + 48, y + 7, 700, 20, INK, 170);
      write(take.remark, LEFT + 224, y + 7, 400, 18, take.right ? INK : SUBDUED, COLUMN - 216);
    });
  };

  const picture = async (card, family) => {
    const font = (weight, size) => `${weight} ${size}px ${family}`;
    const text = JSON.stringify(card);
    await Promise.all([400, 700].map((weight) => document.fonts.load(font(weight, 20), text)));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [WIDTH, HEIGHT];
    const context = canvas.getContext("2d");
    context.lineJoin = "round";
    drawBackground(context);
    const places = spread(card.takes.map(({ position }) => place(position)));
    drawMap(context, places, font);
    card.takes.forEach((take, row) => drawSymbol(context, take, places[row], 1.8));
    drawText(context, card, font);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("#act button[name=card]");
    if (!button) return;
    event.stopPropagation(); // It is no step of the round.
    const card = JSON.parse(button.dataset.card);
    saveFile(await picture(card, getComputedStyle(button).fontFamily), `${card.file}.png`);
  }, true);
})();
