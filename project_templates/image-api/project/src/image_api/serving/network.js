(() => {
    const model = MODEL;
    const weights = {};
    for (const [name, each] of Object.entries(model.weights)) {
      const bytes = Uint8Array.from(atob(each.data), (letter) => letter.charCodeAt(0));
      weights[name] = { shape: each.shape, data: new Float32Array(bytes.buffer) };
    }

    // A 3 x 3 convolution with a border of zeros, and what is below zero cut off: (inputs, side, side) to (outputs, …).
    function convolved(input, side, kernel, bias, stride) {
      const [outputs, inputs] = kernel.shape, small = side / stride;
      const output = new Float32Array(outputs * small * small);
      for (let to = 0; to < outputs; to++) {
        const plane = output.subarray(to * small * small, (to + 1) * small * small).fill(bias.data[to]);
        for (let from = 0; from < inputs; from++) {
          for (let tap = 0; tap < 9; tap++) {
            const weight = kernel.data[(to * inputs + from) * 9 + tap];
            const down = Math.floor(tap / 3) - 1, right = (tap % 3) - 1;
            for (let row = 0; row < small; row++) {
              const y = row * stride + down;
              if (y < 0 || y >= side) continue;
              const line = (from * side + y) * side + right;
              for (let column = 0; column < small; column++) {
                const x = column * stride;
                if (x + right >= 0 && x + right < side) plane[row * small + column] += weight * input[line + x];
              }
            }
          }
        }
      }
      return output.map((value) => Math.max(value, 0));
    }

    function pooled(input, side, channels) {
      const small = side / 2, output = new Float32Array(channels * small * small);
      for (let i = 0; i < output.length; i++) {
        const channel = Math.floor(i / (small * small)), row = Math.floor(i / small) % small, column = i % small;
        const start = (channel * side + 2 * row) * side + 2 * column;
        output[i] = Math.max(input[start], input[start + 1], input[start + side], input[start + side + 1]);
      }
      return output;
    }

    // (3, side, side) in 0..1 to what the network makes of it before it gives it a name: means, then maxima.
    function described(input, side) {
      const layer = (maps, width, number, stride = 1) =>
        convolved(maps, width, weights["kernel" + number], weights["bias" + number], stride);
      const channels = (number) => weights["kernel" + number].shape[0];
      let maps = layer(input.map((value) => (value - 0.5) / 0.25), side, 0, 2);
      maps = pooled(layer(maps, side / 2, 1), side / 2, channels(1));
      maps = pooled(layer(maps, side / 4, 2), side / 4, channels(2));
      maps = layer(maps, side / 8, 3);
      const size = (side / 8) ** 2;
      const planes = Array.from({ length: channels(3) }, (_, i) => maps.subarray(i * size, (i + 1) * size));
      const mean = (plane) => plane.reduce((sum, value) => sum + value, 0) / size;
      return [...planes.map(mean), ...planes.map((plane) => Math.max(...plane))];
    }

    // The distance from the nearest class, in the directions in which photographs of one class differ.
    function distance(features) {
      const { shape: [count, size], data } = weights.centers;
      let nearest = Infinity;
      for (let center = 0; center < count; center++) {
        let sum = 0;
        for (let column = 0; column < size; column++) {
          let along = 0;
          for (let row = 0; row < size; row++) {
            along += (features[row] - data[center * size + row]) * weights.whitening.data[row * size + column];
          }
          sum += along * along;
        }
        nearest = Math.min(nearest, Math.sqrt(sum));
      }
      return nearest;
    }

    // The answer to (3, side, side) numbers in 0..1, in the shape of the service's.
    function predicted(input) {
      const features = described(input, model.side), { shape: [, size], data } = weights.head;
      const scores = model.classes.map((_, number) =>
        features.reduce((sum, value, i) => sum + value * data[number * size + i], weights.head_bias.data[number]) / model.temperature);
      const most = Math.max(...scores), powers = scores.map((score) => Math.exp(score - most));
      const total = powers.reduce((sum, value) => sum + value, 0);
      const top = model.classes
        .map((label, number) => ({ label, probability: powers[number] / total }))
        .sort((one, other) => other.probability - one.probability);
      const why = distance(features) > model.limit ? "unlike" : top[0].probability < model.threshold ? "not sure" : null;
      return { label: why ? null : top[0].label, abstained: Boolean(why), why, top: top.slice(0, model.top), all: top, model_version: model.version };
    }

    // One side made smaller: each new pixel is a mean of those it covers, weighed by a triangle, rounded to a byte.
    function squeezed(pixels, width, height, start, length, side) {
      const scale = length / side, reach = Math.max(scale, 1), output = new Uint8ClampedArray(side * height * 3);
      for (let to = 0; to < side; to++) {
        const center = start + (to + 0.5) * scale;
        const first = Math.max(0, Math.round(center - reach)), last = Math.min(width, Math.round(center + reach));
        const shares = [];
        for (let x = first; x < last; x++) shares.push(Math.max(0, 1 - Math.abs((x + 0.5 - center) / reach)));
        const total = shares.reduce((sum, share) => sum + share, 0);
        for (let row = 0; row < height; row++) {
          for (let channel = 0; channel < 3; channel++) {
            let sum = 0;
            for (let i = 0; i < shares.length; i++) sum += shares[i] * pixels[(row * width + first + i) * 3 + channel];
            output[(to * height + row) * 3 + channel] = Math.round(sum / total);  // turned, so that twice is both sides
          }
        }
      }
      return output;
    }

    // What the service does to a photograph: whole blocks to at least twice the side, then the middle square.
    function reduced(pixels, width, height) {
      const side = model.side, factor = Math.max(1, Math.floor(Math.min(width, height) / (2 * side)));
      const [wide, high] = [Math.ceil(width / factor), Math.ceil(height / factor)];
      const blocks = new Uint8ClampedArray(wide * high * 3);
      for (let i = 0; i < blocks.length; i++) {
        const row = Math.floor(i / 3 / wide) * factor, column = (Math.floor(i / 3) % wide) * factor;
        const below = Math.min(row + factor, height), beside = Math.min(column + factor, width);
        let sum = 0;
        for (let y = row; y < below; y++) for (let x = column; x < beside; x++) sum += pixels[(y * width + x) * 4 + (i % 3)];
        blocks[i] = Math.round(sum / ((below - row) * (beside - column)));
      }
      const length = Math.min(wide, high);
      const turned = squeezed(blocks, wide, high, (wide - length) / 2, length, side);
      const square = squeezed(turned, high, side, (high - length) / 2, length, side);
      const input = new Float32Array(3 * side * side);
      for (let i = 0; i < side * side; i++) for (let channel = 0; channel < 3; channel++) input[channel * side * side + i] = square[i * 3 + channel] / 255;
      return input;
    }

    async function answer(photograph) {
      const picture = await createImageBitmap(photograph, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [picture.width, picture.height].map((length) => Math.max(1, Math.round(length * scale)));
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      pen.fillStyle = "#fff";  // behind what is transparent, as the service has it
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      return predicted(reduced(pen.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height));
    }

    return { answer, predicted };
  })()
