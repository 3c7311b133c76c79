-- When do customers leave, and does a yearly contract keep them?
-- needs: customers.signup, customers.cancelled
-- plot: line moment monthly_contract yearly_contract
WITH months AS (
  SELECT UNNEST([0, 4, 8, 12]) AS months
),
new_customers AS (
  SELECT customer, contract, DATE_DIFF('day', signup, cancelled) AS days
  FROM customers
  WHERE signup >= DATE '2023-07-01' AND signup < DATE '2024-12-01'
),
still_there AS (
  SELECT n.contract, m.months, CASE WHEN n.days IS NULL OR n.days >= 30 * m.months THEN 1 ELSE 0 END AS stays
  FROM new_customers AS n
  CROSS JOIN months AS m
)
SELECT
  'after ' || LPAD(CAST(months AS VARCHAR), 2, '0') || ' months' AS moment,
  AVG(CASE WHEN contract = 'monthly' THEN stays END) AS monthly_contract,
  AVG(CASE WHEN contract = 'yearly' THEN stays END) AS yearly_contract
FROM still_there
GROUP BY months
ORDER BY months
