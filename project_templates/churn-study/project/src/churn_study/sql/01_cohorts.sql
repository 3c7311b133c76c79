-- Do customers who joined later stay as long?
-- needs: customers.signup, customers.cancelled
-- plot: bar cohort left_in_180_days
SELECT
  CAST(YEAR(signup) AS VARCHAR) || ' Q' || CAST(QUARTER(signup) AS VARCHAR) AS cohort,
  COUNT(*) AS customers,
  AVG(CASE WHEN cancelled IS NOT NULL AND cancelled < signup + INTERVAL 180 DAY THEN 1 ELSE 0 END) AS left_in_180_days
FROM customers
-- Only those who were there from the first day that was recorded, and long enough to be judged.
WHERE signup >= DATE '2023-07-01' AND signup < DATE '2025-06-01'
GROUP BY 1
HAVING COUNT(*) >= 100
ORDER BY 1
