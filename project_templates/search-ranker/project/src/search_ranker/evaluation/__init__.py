"""How good rankings and answers are on questions they have not met: measures, tests, slices, figures."""
