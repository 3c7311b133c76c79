"""The rules, one file for each family; and their order, which is that of a README read from top to bottom."""

from __future__ import annotations

from portfolio.rules import communication, data, evaluation, hygiene, model, own, problem, reflection, running

RULES = (
    problem.problem,
    problem.decision,
    data.source,
    data.licence,
    data.described,
    model.baseline,
    model.experiments,
    evaluation.table,
    evaluation.agrees,
    evaluation.real_run,
    evaluation.uncertainty,
    evaluation.why_this_metric,
    evaluation.error_analysis,
    evaluation.tradeoffs,
    running.run_steps,
    running.commands_exist,
    running.dependencies,
    running.dockerfile,
    running.demo,
    running.monitoring,
    running.deployment,
    communication.diagram,
    communication.pictures,
    communication.links,
    communication.leftovers,
    communication.visual,
    reflection.limitations,
    reflection.next_steps,
    hygiene.licence,
    hygiene.tests,
    own.problem,
    own.choices,
    own.limitations,
    own.next_steps,
    own.real_data,
    own.work,
)
