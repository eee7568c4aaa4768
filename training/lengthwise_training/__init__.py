"""Training a sentence-transformers model on spans of unlabelled texts: docs/training.md."""


class TrainingError(Exception):
    """What is wrong with what was asked for, where, and what to do."""
