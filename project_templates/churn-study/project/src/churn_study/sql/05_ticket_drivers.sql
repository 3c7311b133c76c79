-- After which tickets do customers leave?
-- needs: customers.cancelled, tickets.topic
-- plot: bar topic left_in_60_days
WITH last_seen AS (
  SELECT MAX(date) AS day FROM tickets
)
SELECT
  t.topic,
  COUNT(*) AS tickets,
  AVG(t.hours) AS hours_to_solve,
  AVG(CASE WHEN c.cancelled IS NOT NULL AND c.cancelled < t.date + INTERVAL 60 DAY THEN 1 ELSE 0 END) AS left_in_60_days
FROM tickets AS t
JOIN customers AS c ON c.customer = t.customer
CROSS JOIN last_seen AS l
WHERE t.date < l.day - INTERVAL 60 DAY
GROUP BY t.topic
ORDER BY t.topic
