-- What has a customer of each plan paid in the first year?
-- needs: customers.signup, invoices.amount
-- plot: bar plan paid_per_customer
WITH first_year AS (
  SELECT c.customer, c.plan, COALESCE(SUM(i.amount), 0.0) AS paid
  FROM customers AS c
  LEFT JOIN invoices AS i
    ON i.customer = c.customer AND i.date < c.signup + INTERVAL 365 DAY
  WHERE c.signup >= DATE '2023-07-01' AND c.signup < DATE '2024-12-01'
  GROUP BY c.customer, c.plan
)
SELECT plan, COUNT(*) AS customers, AVG(paid) AS paid_per_customer
FROM first_year
GROUP BY plan
ORDER BY plan
