"""Counts of right and wrong answers → the numbers that classifiers are judged by."""

import numpy as np


def confusions(groups: np.ndarray, truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(groups, classes, classes) counts: for each group, how often truth (row) was called predicted (column)."""
    numbers, index = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(numbers), classes, classes))
    np.add.at(counts, (index, truth, predicted), 1)
    return counts


def f1_by_class(counts: np.ndarray) -> np.ndarray:
    """(..., classes, classes) counts → (..., classes); 0 for a class that is neither there nor predicted."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    return 2 * hits / np.maximum(counts.sum(axis=-1) + counts.sum(axis=-2), 1)


def recall_by_class(counts: np.ndarray) -> np.ndarray:
    """(..., classes, classes) counts → (..., classes)."""
    return np.diagonal(counts, axis1=-2, axis2=-1) / np.maximum(counts.sum(axis=-1), 1)


def macro_f1(counts: np.ndarray) -> np.ndarray:
    """(..., classes, classes) counts → (...): the mean of F1 over the classes that are there, rare ones or not."""
    is_there = counts.sum(axis=-1) > 0
    return (f1_by_class(counts) * is_there).sum(axis=-1) / np.maximum(is_there.sum(axis=-1), 1)


def accuracy(counts: np.ndarray) -> np.ndarray:
    """(..., classes, classes) counts → (...)."""
    return np.trace(counts, axis1=-2, axis2=-1) / np.maximum(counts.sum(axis=(-2, -1)), 1)
