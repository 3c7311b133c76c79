"""How good rankings and answers are on unseen questions: measures, tests, slices, figures."""
