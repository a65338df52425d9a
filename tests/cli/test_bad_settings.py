"""Configurations and command lines of `train` that are refused, on 1 and 2 ranks: one sentence, the status, no hang."""

import pytest

from refusals import Refusals, train_with

refusals = Refusals()


@refusals.add(2, "nowhere.ini", "name an INI file that exists")
def missing_configuration(trial):
    return ["train", trial.folder / "nowhere.ini"]


@refusals.add(2, "run.ini:2", "neither [section] nor key = value")
def line_without_equals_sign(trial):
    path = trial.folder / "run.ini"
    path.write_text("[run]\nrecipe meta-tartan\n")
    return ["train", path]


@refusals.add(2, "run.ini:", "unknown key task.words.btach", "did you mean batch?")
def misspelt_key(trial):
    return train_with(trial, task__words__btach=3)


@refusals.add(2, "run.ini:", "unknown section [prove]", "did you mean [probe]?")
def misspelt_section(trial):
    return train_with(trial, prove__head_examples=3)


@refusals.add(2, "unknown key stage.joint.stpes", "did you mean steps?")
def misspelt_key_as_flag(trial):
    return [*train_with(trial), "--stage.joint.stpes", 3]


@refusals.add(2, "--resme", "--resume")
def unknown_flag(trial):
    return [*train_with(trial), "--resme"]


@refusals.add(2, "run.ini:", "task.words.batch", '"0"', "must be at least 1")
def batch_of_zero(trial):
    return train_with(trial, task__words__batch=0)


@refusals.add(2, "--run.seed", '"first"', "is not a whole number")
def seed_that_is_no_number(trial):
    return [*train_with(trial), "--run.seed", "first"]


@refusals.add(2, "stage.joint.lr", '"nan"', "is not a finite number")
def learning_rate_not_a_number(trial):
    return train_with(trial, stage__joint__lr="nan")


@refusals.add(2, "run.ini:", "task.words.mask_rate", '"1.5"', "must be between 0 and 1")
def impossible_mask_rate(trial):
    return train_with(trial, task__words__mask_rate=1.5)


@refusals.add(2, "run.ini:", "task.words.weight", '"-0.5"', "must be -1 or between 0 and 1e6")
def impossible_weight(trial):
    return train_with(trial, task__words__weight=-0.5)


@refusals.add(2, "run.ini:", "task.words.batch", "must be at most 16777216")
def impossible_batch(trial):
    return train_with(trial, task__words__batch=10**18)


@refusals.add(2, "run.ini:", 'unknown recipe "meta"', "use finetune, mlm-head, tapt, dapt, dapt+tapt, mt-tartan, meta-tartan, dga,")
def unknown_recipe(trial):
    return train_with(trial, run__recipe="meta")


@refusals.add(2, "run.comm = nccl", "rank 0 has no GPU", "set run.comm = auto")
def nccl_on_cpus(trial):
    return train_with(trial, run__comm="nccl")


@refusals.add(2, "run.ini:", 'unknown metric "f1"', "use accuracy, macro-f1, micro-f1 or matthews")
def unknown_metric(trial):
    return train_with(trial, task__toy__metric="f1")


@refusals.add(2, "no task has role = end", "say which [task.NAME] is the end task")
def no_end_task(trial):
    return train_with(trial, task__toy__role="auxiliary")


@refusals.add(2, "two tasks have role = end", "toy", "other")
def two_end_tasks(trial):
    more = {"role": "end", "objective": "classification", "data": trial.world.task}
    return train_with(trial, **{f"task__other__{key}": value for key, value in more.items()})


@refusals.add(2, "run.ini:", "end task words", "must have labels, which mlm has not; give another task role = end")
def end_task_without_classes(trial):
    return train_with(trial, task__toy__role="auxiliary", task__words__role="end")


@refusals.add(2, "meta-tartan needs an auxiliary task", "add a [task.NAME]")
def no_auxiliary_task(trial):
    return train_with(trial, **{f"task__words__{key}": None for key in ("data", "objective", "batch")})


@refusals.add(2, "task weights sum to 0", "give at least one task a weight above 0")
def weights_of_zero(trial):
    return train_with(trial, run__recipe="mt-tartan", task__toy__weight=0, task__words__weight=0)


@refusals.add(2, "does not set run.output", "output = runs/first")
def no_output(trial):
    return train_with(trial, run__output=None)


@refusals.add(2, "run", "cannot create run.output", "name another directory")
def file_in_the_way_of_the_output(trial):
    (trial.folder / "run").write_text("not a directory")
    return train_with(trial)


@refusals.add(2, "checkpoints", "no config.ini", "name another run.output")
def output_with_a_folder_of_something_else(trial):
    (trial.folder / "run" / "checkpoints").mkdir(parents=True)
    return train_with(trial)


@refusals.add(2, "run", "already holds a run", "--resume", "name another run.output")
def output_with_a_run(trial):
    trial.train({"stage.joint.steps": 1, "stage.finetune.steps": 1})
    return train_with(trial)


@refusals.add(2, "other settings (stage.joint.lr, task.words.batch)", "restore them", "name another run.output")
def resumed_with_other_settings(trial):
    trial.train({"stage.joint.steps": 1, "stage.finetune.steps": 1})
    changes = {"stage__joint__steps": 1, "stage__finetune__steps": 1, "stage__joint__lr": 0.5, "task__words__batch": 7}
    return [*train_with(trial, **changes), "--resume"]


@refusals.add(2, "run.ini:", "weighting.apply = sampling does not go with recipe gcs", "use weighting.apply = loss")
def sampling_by_weights_of_one_step(trial):
    return train_with(trial, run__recipe="gcs", weighting__apply="sampling")


@refusals.add(2, "run.ini:", "weighting.placement = mean does not go with recipe gradnorm", "use weighting.placement = exact")
def mean_of_cosines_without_a_probe(trial):
    return train_with(trial, run__recipe="gradnorm", weighting__placement="mean")


@refusals.add(2, "run.ini:", "weighting.per = layer does not go with recipe dga", "use weighting.per = task")
def layers_of_another_rule(trial):
    return train_with(trial, run__recipe="dga", weighting__per="layer")


@refusals.add(2, "run.ini:", "weighting.per = layer does not go with weighting.apply = sampling", "use weighting.apply = loss")
def layers_with_examples_of_their_own(trial):
    return train_with(trial, weighting__per="layer", weighting__apply="sampling")


@refusals.add(2, "run.ini:", "weighting.per = layer does not go with weighting.body", "use weighting.body = encoder")
def layers_and_the_mlm_head(trial):
    return train_with(trial, weighting__per="layer", weighting__body="encoder+mlm-head")


@refusals.add(2, "run.ini:", "cosines by layer are those of a whole step", "use probe.per = step")
def layers_of_micro_batches(trial):
    return train_with(trial, weighting__log_layers="true", probe__per="micro")


OFFICIAL = {"train__compat": "official"}


@refusals.add(2, "run.ini:", "train.compat = official is the published code of recipes meta-tartan and mt-tartan, not of dga")
def published_code_of_another_recipe(trial):
    return train_with(trial, run__recipe="dga", **OFFICIAL)


@refusals.add(2, "run.ini:", "weighting.body = encoder contradicts train.compat = official", "needs encoder+mlm-head")
def published_code_with_another_body(trial):
    return train_with(trial, weighting__body="encoder", **OFFICIAL)


@refusals.add(2, "run.ini:", "probe.per = step contradicts train.compat = official", "needs micro", "leave one of the two out")
def published_code_with_one_probe_a_step(trial):
    return train_with(trial, probe__per="step", **OFFICIAL)


@refusals.add(2, "run.ini:", "weighting.highest = 0.9 contradicts train.compat = official", "needs 1")
def published_code_with_bounds(trial):
    return train_with(trial, weighting__highest=0.9, **OFFICIAL)


@refusals.add(2, "weighting.lowest = 0.6", "too much for each of 2 tasks", "lower it")
def bounds_that_no_weights_keep_to(trial):
    return train_with(trial, weighting__lowest=0.6)


@refusals.add(2, "cannot start at 0", "[task.*] weight above 0")
def learned_weight_of_zero(trial):
    return train_with(trial, task__words__weight=0)


@refusals.add(2, "the end task's weight is 1", "leaves dga's auxiliaries nothing to share")
def dga_that_shares_nothing(trial):
    return train_with(trial, run__recipe="dga", task__toy__weight=1)


@refusals.add(76, "step ", " of stage joint: ", "no longer finite", "lower the learning rate")
def diverging(trial):
    return train_with(trial, stage__joint__lr=1e6, stage__joint__decay=1e6)


@pytest.mark.parametrize(("name", "ranks"), refusals.pairs())
def test_refused(refused, name, ranks):
    refusals.check(name, refused(name, ranks))
