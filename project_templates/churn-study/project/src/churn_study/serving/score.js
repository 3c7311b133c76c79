(function () {
    // The same as models/features.py, models/risk.py and decision/offers.py: change both.
    const model = MODEL;
    const typical = Object.fromEntries([...model.words, ...model.numbers].map((each) => [each.name, each.typical]));

    function features(customer) {
      const row = [];
      for (const each of model.numbers) row.push(((customer[each.name] ?? each.typical) - each.mean) / each.spread);
      for (const each of model.numbers) if (each.may_be_missing) row.push(customer[each.name] === null ? 1 : 0);
      for (const each of model.words) for (const level of each.levels) row.push(customer[each.name] === level ? 1 : 0);
      return row;
    }

    function logOdds(row) {
      if (model.weights) return model.weights.reduce((sum, weight, k) => sum + weight * row[k], model.intercept);
      if (!model.trees) return model.intercept;
      const { feature, threshold, left, right, value } = model.trees;
      let sum = model.intercept;
      for (let tree = 0; tree < feature.length; tree++) {
        let node = 0;
        while (node >= 0) node = row[feature[tree][node]] <= threshold[tree][node] ? left[tree][node] : right[tree][node];
        sum += value[tree][-node - 1];
      }
      return sum;
    }

    const riskOf = (customer) => 1 / (1 + Math.exp(-logOdds(features(customer))));

    function strange(customer) {
      const words = model.words.filter((each) => !each.levels.includes(customer[each.name]));
      const numbers = model.numbers.filter((each) => {
        const given = customer[each.name];
        if (given === null) return !each.may_be_missing;
        return given < each.low - each.margin || given > each.high + each.margin;
      });
      return [...words, ...numbers].map((each) => each.name);
    }

    function decide(customer, unlike) {
      const said = (action, why, effect = null, gain = null) => ({ action, why, effect, gain });
      if (!model.costs) return said("not known", model.reasons.no_effect);
      if (unlike.length) return said("not known", model.reasons.unlike + unlike.join(", "));
      const cell = model.cells.find((each) => Object.entries(each.levels).every(([column, word]) => customer[column] === word));
      const effect = cell ? cell.effect : model.overall ?? 0;
      const worth = model.costs.has_money ? (customer[model.money] || 0) * model.costs.margin * model.costs.months : 1;
      const gain = -effect * worth - model.costs.offer;
      if (gain > 0) return said("offer", model.reasons.pays, effect, gain);
      return said("no offer", effect > 0 ? model.reasons.harms : model.reasons.costs_more, effect, gain);
    }

    return function (customer) {
      const risk = riskOf(customer), unlike = strange(customer);
      const reasons = Object.keys(typical)
        .map((column) => ({ column, value: customer[column], change: risk - riskOf({ ...customer, [column]: typical[column] }) }))
        .filter((each) => Math.abs(each.change) >= model.least)
        .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
      return { risk, reasons: reasons.slice(0, 3), strange: unlike, unit: model.unit, ...decide(customer, unlike) };
    };
  })()
