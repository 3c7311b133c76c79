(() => {
    const model = MODEL;
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
    const place = new Map(model.popular.map((number, i) => [model.items[i].item, number]));
    const item = new Map(model.popular.map((number, i) => [number, model.items[i]]));
    for (const each of Object.values(model.rankings)) {
      if (!each) continue;
      each.columns = new Uint16Array(bytes(each.columns));
      each.values = new Float32Array(bytes(each.values));
      each.kept = each.columns.length / model.items.length;
    }

    // How much each chosen item speaks for each other one, summed; what was chosen is not shown again.
    function scored(weights, seen) {
      const scores = new Float64Array(model.items.length);
      for (const row of seen) {
        for (let i = row * weights.kept; i < (row + 1) * weights.kept; i++) scores[weights.columns[i]] += weights.values[i];
      }
      return scores;
    }

    function loudest(weights, seen, column) {
      let best = null, most = 0;
      for (const row of seen) {
        const found = weights.columns.subarray(row * weights.kept, (row + 1) * weights.kept).indexOf(column);
        const value = found < 0 ? 0 : weights.values[row * weights.kept + found];
        if (value > most) [best, most] = [row, value];
      }
      return best === null ? null : item.get(best).title;
    }

    function ranked(weights, seen, length) {
      const rest = model.popular.filter((number) => !seen.includes(number));
      if (!weights || !seen.length) return rest.slice(0, length).map((number) => item.get(number));
      const scores = scored(weights, seen);
      const order = rest.sort((one, other) => scores[other] - scores[one] || one - other).slice(0, length);
      return order.map((number) => ({ ...item.get(number), because: loudest(weights, seen, number) }));
    }

    return (path, body) => {
      if (path === "items") return model.items;
      const seen = body.history.map((name) => place.get(name));
      const all = Object.entries(model.rankings).map(([name, weights]) => [name, ranked(weights, seen, body.length)]);
      const nothing = seen.length === model.items.length;
      return {
        rankings: nothing ? {} : Object.fromEntries(all),
        reason: nothing ? "every " + model.noun + " of the catalogue is in this history" : null,
        is_fallback: !seen.length,
      };
    };
  })()
