-- When do customers leave, and does a yearly contract keep them?
-- needs: customers.signup, customers.cancelled
-- plot: line months share_still_there by contract
WITH months AS (
  SELECT UNNEST([0, 4, 8, 12]) AS months
),
new_customers AS (
  SELECT customer, contract, DATE_DIFF('day', signup, cancelled) AS days
  FROM customers
  WHERE signup >= DATE '2023-07-01' AND signup < DATE '2024-12-01'
)
SELECT
  n.contract,
  m.months,
  AVG(CASE WHEN n.days IS NULL OR n.days >= 30 * m.months THEN 1.0 ELSE 0.0 END) AS share_still_there
FROM new_customers AS n
CROSS JOIN months AS m
GROUP BY n.contract, m.months
ORDER BY n.contract, m.months
