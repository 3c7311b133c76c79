-- What was known of a customer at a moment: nothing that happened on that day or later is read.
WITH present AS (
  SELECT m.part, m.wave, m.as_of, c.*
  FROM moments AS m
  JOIN customers AS c ON c.signup < m.as_of - INTERVAL 60 DAY AND (c.cancelled IS NULL OR c.cancelled >= m.as_of)
),
usage AS (
  SELECT p.wave, p.customer,
    COUNT(*) FILTER (WHERE e.date >= p.as_of - INTERVAL 60 DAY) AS sessions,
    COUNT(*) AS sessions_120,
    COUNT(DISTINCT e.feature) AS features_used
  FROM present AS p
  JOIN events AS e ON e.customer = p.customer AND e.date < p.as_of AND e.date >= p.as_of - INTERVAL 120 DAY
  GROUP BY p.wave, p.customer
),
trouble AS (
  SELECT p.wave, p.customer, COUNT(*) AS tickets,
    AVG(t.hours) FILTER (WHERE t.date + to_seconds(3600 * t.hours) <= p.as_of) AS hours_to_solve
  FROM present AS p
  JOIN tickets AS t ON t.customer = p.customer AND t.date < p.as_of AND t.date >= p.as_of - INTERVAL 60 DAY
  GROUP BY p.wave, p.customer
),
paid AS (
  SELECT p.wave, p.customer, SUM(CAST(i.paid_late AS INTEGER)) AS late_payments, SUM(i.amount) AS revenue_before
  FROM present AS p
  JOIN invoices AS i ON i.customer = p.customer AND i.date < p.as_of AND i.date >= p.as_of - INTERVAL 60 DAY
  GROUP BY p.wave, p.customer
),
later AS (
  SELECT p.wave, p.customer, SUM(i.amount) AS revenue
  FROM present AS p
  JOIN invoices AS i ON i.customer = p.customer AND i.date >= p.as_of AND i.date < p.as_of + INTERVAL 60 DAY
  GROUP BY p.wave, p.customer
),
used AS (
  SELECT p.wave, p.customer, COUNT(*) AS sessions_after, COUNT(DISTINCT e.date) AS days_after
  FROM present AS p
  JOIN events AS e ON e.customer = p.customer AND e.date >= p.as_of AND e.date < p.as_of + INTERVAL 60 DAY
  GROUP BY p.wave, p.customer
)
SELECT p.part, p.customer, p.as_of AS date,
  p.cancelled IS NOT NULL AND p.cancelled < p.as_of + INTERVAL 60 DAY AS churned,
  p.contract, p.plan, p.channel, p.region,
  CASE WHEN COALESCE(t.tickets, 0) = 0 THEN 'none' WHEN t.tickets = 1 THEN 'one' ELSE 'several' END AS tickets,
  CAST(p.price AS DOUBLE) AS price,
  CAST(DATE_DIFF('month', p.signup, p.as_of) AS DOUBLE) AS tenure,
  CAST(COALESCE(u.sessions, 0) AS DOUBLE) AS sessions,
  CAST(COALESCE(2 * u.sessions - u.sessions_120, 0) AS DOUBLE) AS sessions_change,
  CAST(COALESCE(u.features_used, 0) AS DOUBLE) AS features_used,
  CAST(t.hours_to_solve AS DOUBLE) AS hours_to_solve,
  CAST(COALESCE(d.late_payments, 0) AS DOUBLE) AS late_payments,
  p.retention_call,
  CAST(COALESCE(d.revenue_before, 0) AS DOUBLE) AS revenue_before,
  CAST(COALESCE(l.revenue, 0) AS DOUBLE) AS revenue,
  CAST(COALESCE(a.sessions_after, 0) AS DOUBLE) AS sessions_after,
  CAST(COALESCE(a.days_after, 0) AS DOUBLE) AS days_after
FROM present AS p
LEFT JOIN usage AS u ON u.wave = p.wave AND u.customer = p.customer
LEFT JOIN trouble AS t ON t.wave = p.wave AND t.customer = p.customer
LEFT JOIN paid AS d ON d.wave = p.wave AND d.customer = p.customer
LEFT JOIN later AS l ON l.wave = p.wave AND l.customer = p.customer
LEFT JOIN used AS a ON a.wave = p.wave AND a.customer = p.customer
ORDER BY p.as_of, p.customer
