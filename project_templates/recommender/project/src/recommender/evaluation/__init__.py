"""How good the rankings are on events they have not seen: measures with intervals, coverage, figures."""
