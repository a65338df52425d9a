"""A configuration with two candidates for the end task: a copy of it, and plain text."""

# Batches that show something within a second, and heads that learn in ten iterations.
SETTINGS = {
    "model.mlm_head_warmup_steps": 20,
    "task.copy.objective": "classification",
    "task.copy.batch": 16,
    "probe.head_lr": 0.03,
    "probe.gradient_examples": 20,
}


def settings(trial, changes=None):
    return SETTINGS | {"task.copy.data": trial.world.task} | (changes or {})
