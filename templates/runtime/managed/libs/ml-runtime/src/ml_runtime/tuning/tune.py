"""`tune`: an Optuna study over trainings, which continues where it was interrupted."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..data.channels import channel_digest
from ..digests import run_id
from ..errors import TuningError
from ..layout import ContainerLayout, write_report
from ..model_code import ModelCode
from .space import DIRECTIONS, Space
from .trial_run import Outcome, RunTrial, TrainingProcesses

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial, Trial

# In output/data; and the folder of the study and the trials, below the root.
REPORT_FILE = "tuning.json"
FOLDER = "tuning"

# What a trial's user attributes are called.
TEXTS, STATUS, REASON = "hyperparameters", "status", "reason"


def tune(
    layout: ContainerLayout, code: ModelCode, space: Space, run_trial: RunTrial | None = None
) -> dict[str, Any]:
    """Search, and write output/data/tuning.json.

    The study lies in tuning/study.db of the root. Its name is a digest of space, data, code and
    the other hyperparameters: the same search continues, trials that were interrupted are run
    again, and another search begins anew.

    Args:
        layout: Its hyperparameters are those that are not searched.
        code: The model's modules.
        space: What is searched.
        run_trial: Trains once. Default: `train` in a process of its own.

    Returns:
        The report: objective, best, jobs.

    Raises:
        TuningError: Optuna is not installed, no trial came to an end, or a signal ended the search.
    """
    study = _study(layout, code, space)
    processes = TrainingProcesses(layout, code.folder, space.metric, space.max_parallel_jobs)
    search = _Search(layout, space, study, run_trial or processes)
    try:
        with ThreadPoolExecutor(space.max_parallel_jobs) as pool:
            try:
                jobs = [pool.submit(search.run_one) for _ in range(search.left())]
                for job in jobs:
                    job.result()
            except BaseException:
                # Ctrl-C and SIGTERM: what has not begun never does, and what runs is ended.
                search.stopped = True
                processes.close()
                raise
    except KeyboardInterrupt as stop:
        raise TuningError(
            "tuning-stopped",
            f"The search was stopped with {search.left()} of {space.max_jobs} trials left.",
            "Those that ran were ended, and nothing that was found is lost.",
            "Start it again to go on.",
        ) from stop
    finally:
        processes.close()
    report = _report(space, study)
    write_report(layout, REPORT_FILE, report)
    return report


class _Search:
    def __init__(
        self, layout: ContainerLayout, space: Space, study: Study, run_trial: RunTrial
    ) -> None:
        self.layout, self.space, self.study, self.run_trial = layout, space, study, run_trial
        self.lock = threading.Lock()
        self.stopped = False
        self._take_up_again()

    def left(self) -> int:
        """Return how many trials are still to be run."""
        most = self.space.max_jobs
        if self.space.strategy == "Grid":
            most = min(most, len(self.space.grid()))
        return max(0, most - len(_ended(self.study)))

    def run_one(self) -> None:
        """Run the next trial, unless the search has been stopped."""
        try:
            self._run_one()
        except BaseException:
            self.stopped = True
            raise

    def _run_one(self) -> None:
        with self.lock:
            if self.stopped:
                return
            trial = self.study.ask()
            texts = {one.name: one.suggest(trial) for one in self.space.parameters}
            trial.set_user_attr(TEXTS, texts)
        folder = self.layout.root / FOLDER / "trials" / f"{trial.number:04d}"
        outcome = self.run_trial(
            {**self.layout.hyperparameters, **texts},
            folder,
            lambda step, value: self._goes_on(trial, step, value),
        )
        with self.lock:
            # A trial that was ended with the search is not over: it is run again.
            if not self.stopped:
                self._tell(trial, outcome)

    def _goes_on(self, trial: Trial, step: int, value: float) -> bool:
        with self.lock:
            trial.report(value, step)
            return not trial.should_prune()

    def _tell(self, trial: Trial, outcome: Outcome) -> None:
        from optuna.trial import TrialState

        trial.set_user_attr(STATUS, outcome.status)
        trial.set_user_attr(REASON, outcome.reason)
        if outcome.status == "Completed":
            self.study.tell(trial, outcome.value)
        else:
            pruned = outcome.status == "Stopped"
            self.study.tell(trial, state=TrialState.PRUNED if pruned else TrialState.FAIL)
        value = "none" if outcome.value is None else f"{outcome.value:.6f}"
        texts = " ".join(f"{n}={v}" for n, v in trial.user_attrs[TEXTS].items())
        done = f"tune: {len(_ended(self.study))} of {self.space.max_jobs}: {outcome.status}"
        line = f"{done}; {self.space.metric}={value}; {texts} {outcome.reason}"
        print(line.rstrip(), file=sys.stderr, flush=True)

    def _take_up_again(self) -> None:
        """Queue what an interruption left, and a grid's combinations that are not there yet."""
        from optuna.trial import TrialState

        for trial in self.study.get_trials(deepcopy=False, states=[TrialState.RUNNING]):
            self.study.tell(trial.number, state=TrialState.FAIL)
            self.study.enqueue_trial(trial.params)
        if self.space.strategy == "Grid":
            for row in self.space.grid():
                self.study.enqueue_trial(row, skip_if_exists=True)


def _study(layout: ContainerLayout, code: ModelCode, space: Space) -> Study:
    try:
        import optuna
    except ImportError as error:
        raise TuningError(
            "optuna-absent",
            "Tuning on this machine needs Optuna, which is not installed.",
            f"{error}.",
            'Install it: the dependency group "dev" has ml-runtime[tune].',
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    parts = {
        "space": asdict(space) | {"max_jobs": 0, "max_parallel_jobs": 0},
        "data": channel_digest(layout, ("train", "validation")),
        "code": code.digest(),
        "hyperparameters": dict(layout.hyperparameters),
    }
    folder = layout.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
    if space.strategy == "Hyperband":
        pruner = optuna.pruners.HyperbandPruner()
    elif space.early_stopping == "Auto":
        pruner = optuna.pruners.MedianPruner()
    study = optuna.create_study(
        storage=f"sqlite:///{folder / 'study.db'}",
        pruner=pruner,
        study_name=run_id(parts),
        direction=DIRECTIONS[space.type],
        load_if_exists=True,
    )
    # A search that goes on must not draw again what it drew at its beginning.
    seed = space.seed + len(study.get_trials(deepcopy=False))
    study.sampler = (
        optuna.samplers.RandomSampler(seed)
        if space.strategy == "Random"
        else optuna.samplers.TPESampler(seed=seed, constant_liar=True)
    )
    return study


def _ended(study: Study) -> list[FrozenTrial]:
    """Return the trials that came to an end by themselves, oldest first."""
    return [trial for trial in study.get_trials(deepcopy=False) if STATUS in trial.user_attrs]


def _report(space: Space, study: Study) -> dict[str, Any]:
    jobs = [
        {
            "hyperparameters": trial.user_attrs[TEXTS],
            "value": trial.value if trial.user_attrs[STATUS] == "Completed" else None,
            "status": trial.user_attrs[STATUS],
        }
        for trial in _ended(study)
    ]
    completed = [job for job in jobs if job["status"] == "Completed"]
    if not completed:
        reasons = [trial.user_attrs[REASON] for trial in _ended(study)]
        raise TuningError(
            "no-trial-completed",
            f"None of {len(jobs)} trials came to an end.",
            f"The first: {next((reason for reason in reasons if reason), 'no reason given')}",
            f"Read the logs in {FOLDER}/trials.",
        )
    sign = 1 if space.type == "Maximize" else -1
    best: Mapping[str, Any] = max(completed, key=lambda job: sign * job["value"])
    return {
        "objective": {"metric": space.metric, "type": space.type},
        "best": {"value": best["value"], "hyperparameters": best["hyperparameters"]},
        "jobs": jobs,
    }
