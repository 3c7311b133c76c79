(() => {
    // What `models/` does in Python, step by step, on the same articles: a test compares both on the evaluation set.
    const model = MODEL, { settings, articles } = model;
    const STOP = new Set(("a an and are as at be but by for if in into is it no not of on or such that the their then there these they " +
      "this to was will with").split(" "));

    const ASKING = new Set(("about am any can could do does doing did from get getting had has have hello help hi how just know like make me " +
      "my need our please should so some someone thank there way we what when where which who why would want you your").split(" ").map(singular));

    // ---- words (models/text.py)
    function singular(word) {
      if (word.endsWith("ies") && !/[ea]ies$/.test(word)) return word.slice(0, -3) + "y";
      if (word.endsWith("es") && !/[aeo]es$/.test(word)) return word.slice(0, -1);
      return word.endsWith("s") && !/[us]s$/.test(word) ? word.slice(0, -1) : word;
    }
    const WITHOUT_BLANKS = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff";
    const RUN = new RegExp("([" + WITHOUT_BLANKS + "]+)|[^" + WITHOUT_BLANKS + "]{2,}", "gu");

    function parts(word) {
      return [...word.matchAll(RUN)].flatMap(([whole, run]) => {
        const letters = [...(run || "")];
        return run ? Array.from({ length: Math.max(1, letters.length - 1) }, (_, at) => letters.slice(at, at + 2).join("")) : [whole];
      });
    }
    const found = (text) => (text.normalize("NFKC").toLowerCase().match(/[\p{L}\p{N}_][\p{L}\p{N}\p{M}_]+/gu) || []).flatMap(parts);
    const words = (text) => found(text).filter((word) => !STOP.has(word)).map(singular);

    // As NumPy rounds: what lies in the middle goes to the even neighbor.
    function rounded(value, digits) {
      const scaled = value * 10 ** digits, low = Math.floor(scaled);
      const up = scaled - low > 0.5 || (scaled - low === 0.5 && low % 2 !== 0);
      return (up ? low + 1 : low) / 10 ** digits;
    }

    // ---- BM25 (models/lexical.py)
    class Lexical {
      constructor(texts) {
        this.size = texts.length;
        this.lengths = texts.map((text) => text.length);
        this.mean = this.lengths.reduce((a, b) => a + b, 0) / texts.length;
        this.postings = new Map();
        texts.forEach((text, at) => {
          for (const word of text) {
            const rows = this.postings.get(word) || new Map();
            this.postings.set(word, rows.set(at, (rows.get(at) || 0) + 1));
          }
        });
      }

      scores(asked) {
        const scores = new Float32Array(this.size);
        for (const word of asked) {
          const rows = this.postings.get(word);
          if (!rows) continue;
          const rare = Math.log(1 + (this.size - rows.size + 0.5) / (rows.size + 0.5));
          for (const [at, often] of rows) {
            const long = model.k1 * (1 - model.b + (model.b * this.lengths[at]) / this.mean);
            scores[at] += Math.fround((rare * often) / (long + often));
          }
        }
        return scores;
      }
    }

    // ---- the assistant (models/assistant.py)
    const titleWords = articles.map((each) => words(each.title)), textWords = articles.map((each) => words(each.text));
    const titles = new Lexical(titleWords), texts = new Lexical(textWords);
    const own = articles.map((_, at) => new Set([...titleWords[at], ...textWords[at]]));
    const places = new Map(articles.map((each, at) => [each.id, at]));
    const counts = new Map();
    for (const set of own) for (const word of set) counts.set(word, (counts.get(word) || 0) + 1);
    const rarity = new Map([...counts].map(([word, n]) => [word, Math.log(1 + (articles.length - n + 0.5) / (n + 0.5))]));
    const rarest = [...rarity.values()].reduce((a, b) => Math.max(a, b), 0);
    const everyWord = (text) => found(text).map(singular);
    const refuses = model.refuses.map(everyWord);

    // ---- spelling (models/spelling.py)
    const withoutOne = (word) => { const letters = [...word]; return letters.map((_, at) => letters.slice(0, at).join("") + letters.slice(at + 1).join("")); };
    const shortened = new Map();
    for (const word of rarity.keys()) {
      if ([...word].length >= 5) for (const each of new Set(withoutOne(word))) shortened.set(each, [...(shortened.get(each) || []), word]);
    }

    function corrected(word) {
      const length = [...word].length;
      if (rarity.has(word) || length < 5) return word;
      const shorter = withoutOne(word), near = new Set(shortened.get(word) || []);
      for (const each of shorter) {
        if (rarity.has(each) && [...each].length >= 5) near.add(each);
        for (const other of shortened.get(each) || []) if ([...other].length === length) near.add(other);
      }
      const key = (each) => rounded(rarity.get(each), 9);
      return [...near].sort((a, b) => key(a) - key(b) || (a < b ? -1 : 1))[0] ?? word;
    }

    function ranked(asked) {
      const byTitle = titles.scores(asked), byText = texts.scores(asked);
      const scores = Array.from(byText, (value, at) => rounded(value + Math.fround(settings.boost * byTitle[at]), 4));
      if (settings.follows) articles.forEach((each, at) => {
        if (!each.replaced_by) return;
        const current = places.get(each.replaced_by);
        scores[current] = Math.max(scores[current], scores[at]);
        scores[at] = 0;
      });
      const order = scores.map((_, at) => at).sort((a, b) => scores[b] - scores[a] || a - b).slice(0, model.listed + 1);
      return order.filter((at) => scores[at] > 0).map((at) => [at, scores[at]]);
    }

    function confidence(asked, order) {
      const [[place, best], second] = order;
      if (settings.signal === "score") return best;
      let total = 0, covered = 0;
      for (const word of new Set(asked)) {
        const weight = rarity.get(word) ?? rarest;
        total += weight;
        if (own[place].has(word)) covered += weight;
      }
      const share = total ? covered / total : 0;
      return settings.signal === "coverage" ? share : share * (1 - (second ? second[1] / best : 0) / 2);
    }

    function shown(at) {
      const letters = [...articles[at].text], { id, title, updated } = articles[at];
      const more = letters.length > model.excerpt ? "…" : "";
      return { id, title, updated, excerpt: letters.slice(0, model.excerpt).join("") + more };
    }

    return (question) => {
      const typed = words(question), asked = settings.corrects ? typed.map(corrected) : typed;
      const order = ranked(asked), told = asked.filter((word) => !ASKING.has(word)), telling = told.length ? told : asked;
      const unknown = [...new Set(telling)].filter((word) => !rarity.has(word)), listed = order.slice(0, model.listed).map(([at]) => shown(at));
      const said = new Set([...asked, ...everyWord(question)]);
      if (refuses.some((each) => each.every((word) => said.has(word)))) return { action: "refuse", article: null, listed: [], confidence: 0, unknown };
      if (!order.length) return { action: "abstain", article: null, listed, confidence: 0, unknown };
      const sure = rounded(confidence(telling, order), 4), isSure = sure >= settings.threshold;
      if (settings.threshold >= 1e9) return { action: "list", why: model.silent_why, article: null, listed, confidence: sure, unknown };
      return { action: isSure ? "suggest" : "abstain", article: isSure ? listed[0] : null, listed, confidence: sure, unknown };
    };
  })()
