(() => {
    // What `models/` does in Python, step by step, on the same numbers: a test compares both on a hundred questions.
    const model = MODEL;
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
    const STOP = new Set(("a an and are as at be but by for if in into is it no not of on or such that the their then there these they " +
      "this to was will with").split(" "));
    const NUMERIC = new Set("many much long fast often when far old maximum fee pay year".split(" "));

    // ---- words and sentences (data/text.py)
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

    function pieces(word) {
      const letters = [..."#" + word + "#"], found = [word];
      for (let i = 0; i + 4 <= letters.length; i++) found.push("#" + letters.slice(i, i + 4).join(""));
      return found;
    }

    function sentences(text) {
      const found = [];
      for (const part of text.trim().split(/(?<=[.!?؟])\s+|(?<=[。！？।])\s*|\n+/u)) {
        let rest = [...part.trim()];
        while (rest.length > 400) {
          const at = rest.lastIndexOf(" ", 399) > 0 ? rest.lastIndexOf(" ", 399) : 400;
          found.push(rest.slice(0, at).join("").trim());
          rest = [...rest.slice(at).join("").trim()];
        }
        if (rest.length) found.push(rest.join(""));
      }
      return found;
    }

    // As NumPy rounds: what lies in the middle goes to the even neighbor.
    function rounded(value, digits) {
      const scaled = value * 10 ** digits, low = Math.floor(scaled);
      const up = scaled - low > 0.5 || (scaled - low === 0.5 && low % 2 !== 0);
      return (up ? low + 1 : low) / 10 ** digits;
    }

    // The places of the highest scores, best first; of equal ones the lower place first.
    function best(scores, number, digits = 8) {
      const keys = Array.from(scores, (value) => rounded(value, digits));
      return keys.map((_, i) => i).sort((a, b) => keys[b] - keys[a] || a - b).slice(0, number);
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

    // ---- the index (models/index.py)
    const passages = model.passages.map(([id, title, text, updated]) => ({ id, title, text, updated }));
    const titles = passages.map((each) => words(each.title));
    const texts = passages.map((each) => words((each.title + " " + each.text).trim()));
    const sets = texts.map((each) => new Set(each));
    const lexical = new Lexical(texts), byTitle = new Lexical(titles);
    const rarity = (n) => Math.log(1 + (passages.length - n + 0.5) / (n + 0.5));
    const weight = (word) => rarity(lexical.postings.get(word)?.size ?? 1);
    const dates = [...new Set(passages.map((each) => each.updated).filter(Boolean))].sort();
    const newness = passages.map((each) => (each.updated ? dates.indexOf(each.updated) / Math.max(1, dates.length - 1) : 0.5));
    const covered = (asked, by) => {
      let total = 0, found = 0;
      for (const word of asked) { const own = weight(word); total += own; if (by.has(word)) found += own; }
      return total ? found / total : 0;
    };
    const kept = (asked, by) => (asked.length ? asked.filter((word) => by.has(word)).length / asked.length : 0);

    // ---- the dense retriever (models/dense.py)
    const rows = new Map(model.terms.map((term, i) => [term, i]));
    const D = model.dimensions, weights = new Float32Array(bytes(model.weights));
    const vectors = new Int8Array(bytes(model.vectors)), places = new Int8Array(bytes(model.places));
    const lengths = passages.map((_, at) => {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += places[at * D + d] ** 2;
      return Math.fround(Math.max(Math.sqrt(sum), 1e-9));
    });

    function encode(asked) {
      const counts = new Map();
      for (const term of asked.flatMap(pieces)) if (rows.has(term)) counts.set(term, (counts.get(term) || 0) + 1);
      const vector = new Float64Array(D);
      for (const [term, often] of counts) {
        const row = rows.get(term), much = (1 + Math.log(often)) * weights[row];
        for (let d = 0; d < D; d++) vector[d] += much * vectors[row * D + d];
      }
      const long = Math.max(Math.hypot(...vector), 1e-9);
      return vector.map((value) => value / long);
    }

    function likenesses(vector) {
      return passages.map((_, at) => {
        let sum = 0;
        for (let d = 0; d < D; d++) sum += places[at * D + d] * vector[d];
        return sum / lengths[at];
      });
    }

    // ---- candidates and features (models/features.py)
    function retrieve(asked) {
      const found = { asked, lexical: lexical.scores(asked), titles: byTitle.scores(asked), likeness: likenesses(encode(asked)) };
      const fused = new Float64Array(passages.length);
      for (const scores of [found.lexical, found.likeness]) {
        best(scores, model.candidates).filter((at) => scores[at] > 0).forEach((at, place) => { fused[at] += 1 / (model.rank_constant + 1 + place); });
      }
      found.numbers = best(fused, model.candidates).filter((at) => fused[at] > 0).sort((a, b) => a - b);
      found.fused = found.numbers.map((at) => fused[at]);
      return found;
    }

    function shares(scores) {
      const found = new Array(scores.length);
      best(scores, scores.length).forEach((at, place) => { found[at] = 1 / (1 + place); });
      return found;
    }

    function features({ asked, numbers, ...found }) {
      const pairs = new Set(asked.slice(1).map((word, i) => asked[i] + " " + word));
      const lexicals = shares(numbers.map((at) => found.lexical[at])), likes = shares(numbers.map((at) => found.likeness[at]));
      return numbers.map((at, i) => {
        const own = new Set(texts[at].slice(1).map((word, j) => texts[at][j] + " " + word));
        const neighbors = pairs.size ? [...pairs].filter((pair) => own.has(pair)).length / pairs.size : 0;
        const row = [found.lexical[at], found.titles[at], found.likeness[at], lexicals[i], likes[i], covered(asked, sets[at]),
          covered(asked, new Set(titles[at])), neighbors, newness[at], kept(asked, sets[at]), Math.log1p(texts[at].length)];
        return row.map((value) => rounded(value, 4));
      });
    }

    function grown(trees, row) {
      let sum = 0;
      for (let tree = 0; tree < trees.feature.length; tree++) {
        let node = 0;
        while (node >= 0) node = (row[trees.feature[tree][node]] <= trees.threshold[tree][node] ? trees.left : trees.right)[tree][node];
        sum += trees.value[tree][-node - 1];
      }
      return sum;
    }

    // ---- what is served (models/engine.py)
    function scored(found) {
      const { name, boost, trees } = model.ranking;
      if (trees) return features(found).map((row) => grown(trees, row));
      if (name === "fusion") return found.fused;
      if (name === "dense") return found.numbers.map((at) => found.likeness[at]);
      return found.numbers.map((at) => found.lexical[at] + (name === "BM25" ? 0 : boost * found.titles[at]));
    }

    function search(question) {
      const found = retrieve(words(question)), scores = scored(found);
      const isAlone = !model.ranking.trees && model.ranking.name !== "fusion";  // then it lists only what it found itself
      const order = best(scores, scores.length, 4).filter((i) => !isAlone || scores[i] > 0);
      return { asked: found.asked, numbers: order.map((i) => found.numbers[i]), scores: order.map((i) => rounded(scores[i], 4)) };
    }

    // The likeliest sentence of the best passages (models/answers.py).
    function likeliest({ asked, numbers, scores }) {
      const vector = encode(asked), wantsNumber = asked.some((word) => NUMERIC.has(word));
      let found = { confidence: -1 };
      numbers.slice(0, model.read).forEach((at, place) => {
        const behind = scores[place] - scores[0];
        const before = place + 1 < Math.min(scores.length, model.read + 1) ? scores[place] - scores[place + 1] : 1;
        const parts = sentences(passages[at].text);
        for (const text of parts.length ? parts : [passages[at].title]) {
          const own = words(text), withTitle = new Set([...titles[at], ...own]), direction = encode(own);
          const likeness = direction.reduce((sum, value, d) => sum + value * vector[d], 0);
          const row = [covered(asked, new Set(own)), covered(asked, withTitle), covered(asked, sets[at]), kept(asked, withTitle), likeness,
            Number(wantsNumber && /\p{Nd}/u.test(text)), 1 / (1 + place), behind, before, newness[at]].map((value) => rounded(value, 4));
          const trees = model.judge.trees;
          const confidence = rounded(trees ? 1 / (1 + Math.exp(-grown(trees, row))) : row[1], 4);
          if (confidence > found.confidence) found = { confidence, text, at };
        }
      });
      return found;
    }

    return (question, length) => {
      const ranked = search(question), one = likeliest(ranked);
      const isGiven = one.confidence >= model.judge.threshold && ranked.numbers.length > 0;
      const passage = isGiven ? passages[one.at] : null;
      // In whole characters, as Python counts them; a passage without text answers by its title.
      const start = isGiven ? [...passage.text.slice(0, Math.max(0, passage.text.indexOf(one.text)))].length : 0;
      return {
        results: ranked.numbers.flatMap((at, i) => (i < length || (isGiven && at === one.at) ? [{ ...passages[at], score: ranked.scores[i] }] : [])),
        unknown: [...new Set(ranked.asked.filter((word) => !lexical.postings.has(word)))],
        reason: ranked.numbers.length ? (isGiven ? null : model.judge.threshold > 1 ? model.reasons.silent : model.reasons.unsure)
          : ranked.asked.length ? model.reasons.unknown : model.reasons.no_word,
        answer: isGiven ? { sentence: one.text, passage: passage.id, title: passage.title, start, end: passage.text ? start + [...one.text].length : 0 } : null,
        is_measured: model.judge.trees !== null,
        confidence: Math.max(0, one.confidence),
      };
    };
  })()
