-- What share of each region's customers left in every 60 days, before and after the offer came to some of them.
WITH waves AS (
  SELECT wave, DATE '2023-07-01' + CAST(60 * wave AS INTEGER) AS start FROM (SELECT UNNEST([2, 3, 4, 5, 6, 7, 8, 9, 10]) AS wave)
),
reached AS (
  SELECT c.region, MIN(o.date) AS since
  FROM offers AS o JOIN customers AS c ON c.customer = o.customer
  WHERE o.given_by = 'rollout'
  GROUP BY c.region
)
SELECT c.region AS unit, w.wave AS period,
  MAX(CAST(r.since IS NOT NULL AND r.since <= w.start AS INTEGER)) AS treated,
  AVG(CAST(c.cancelled IS NOT NULL AND c.cancelled < w.start + INTERVAL 60 DAY AS INTEGER)) AS value,
  COUNT(*) AS n
FROM waves AS w
JOIN customers AS c ON c.signup < w.start - INTERVAL 60 DAY AND (c.cancelled IS NULL OR c.cancelled >= w.start)
LEFT JOIN reached AS r ON r.region = c.region
GROUP BY c.region, w.wave
ORDER BY c.region, w.wave
