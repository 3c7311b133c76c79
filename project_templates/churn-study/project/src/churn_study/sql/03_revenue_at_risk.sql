-- How much of a month's revenue left with the customers who churned?
-- needs: snapshots.contract, snapshots.price
-- plot: bar contract share_of_revenue
WITH newest AS (
  SELECT * FROM snapshots
  WHERE part = 'history' AND date = (SELECT MAX(date) FROM snapshots WHERE part = 'history')
)
SELECT
  contract,
  COUNT(*) AS customers,
  SUM(price) AS monthly_revenue,
  SUM(CASE WHEN churned THEN price ELSE 0.0 END) AS lost,
  SUM(CASE WHEN churned THEN price ELSE 0.0 END) / SUM(price) AS share_of_revenue
FROM newest
GROUP BY contract
ORDER BY contract
