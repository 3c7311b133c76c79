-- How far do new customers get in their first 30 days?
-- needs: customers.signup, events.feature
-- plot: bar step share
WITH new_customers AS (
  SELECT customer, signup FROM customers
  WHERE signup >= DATE '2023-07-01' AND signup < DATE '2025-11-01'
),
first_days AS (
  SELECT
    n.customer,
    COUNT(e.feature) AS sessions,
    COUNT(DISTINCT e.feature) AS features,
    MAX(CASE WHEN e.feature = 'invite' THEN 1 ELSE 0 END) AS invited
  FROM new_customers AS n
  LEFT JOIN events AS e
    ON e.customer = n.customer AND e.date >= n.signup AND e.date < n.signup + INTERVAL 30 DAY
  GROUP BY n.customer
)
SELECT 'signed up' AS step, COUNT(*) AS customers, CAST(1 AS DOUBLE) AS share FROM first_days
UNION ALL
SELECT 'used it', CAST(SUM(CASE WHEN sessions > 0 THEN 1 ELSE 0 END) AS BIGINT), AVG(CASE WHEN sessions > 0 THEN 1 ELSE 0 END) FROM first_days
UNION ALL
SELECT 'used two features', CAST(SUM(CASE WHEN features > 1 THEN 1 ELSE 0 END) AS BIGINT), AVG(CASE WHEN features > 1 THEN 1 ELSE 0 END) FROM first_days
UNION ALL
SELECT 'invited somebody', CAST(SUM(invited) AS BIGINT), AVG(CAST(invited AS DOUBLE)) FROM first_days
ORDER BY customers DESC
