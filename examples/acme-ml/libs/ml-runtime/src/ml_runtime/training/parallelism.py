"""Spreads a plain network over processes, and saves memory or time inside one."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.nn.parallel import DistributedDataParallel

from ..hyperparameters import TrainingHyperparameters
from .precision import AUTOCAST_TYPES
from .process_group import Process


def parallelise(
    network: nn.Module, settings: TrainingHyperparameters, process: Process
) -> nn.Module:
    """Return what the loop calls: the network itself, changed in place, or DDP around it.

    The order matters: activation checkpointing inside, then compilation, then distribution.

    Args:
        network: On the process's device.
        settings: A combination that `check_combination` has let through.
        process: This process; all call it together.
    """
    if settings.gradient_checkpointing:
        _checkpoint_activations(network)
    if settings.torch_compile:
        network.compile()
    if process.world_size == 1:
        return network
    if settings.strategy == "fsdp":
        return _shard(network, settings)
    devices = [process.device] if process.device.type == "cuda" else None
    return DistributedDataParallel(network, device_ids=devices)


def synchronising(model: nn.Module, last: bool) -> AbstractContextManager[None]:
    """Return the context of one part's backward pass.

    Gradients are exchanged between processes in the last part of a batch only.

    Args:
        model: Of `parallelise`.
        last: Whether it is the last part.
    """
    if isinstance(model, FSDPModule):
        model.set_requires_gradient_sync(last)
        model.set_is_last_backward(last)
    elif isinstance(model, DistributedDataParallel) and not last:
        return model.no_sync()
    return nullcontext()


def blocks(network: nn.Module) -> list[tuple[nn.Module, str, nn.Module]]:
    """Return the network's repeated parts as (parent, name, block).

    They are the members of its outermost ModuleLists (a transformer's layers), or of its
    Sequentials where it has no list, as far as they have parameters.
    """
    for kind in (nn.ModuleList, nn.Sequential):
        found: list[tuple[nn.Module, str, nn.Module]] = []
        inside: set[nn.Module] = set()
        for parent in network.modules():
            if not isinstance(parent, kind) or parent in inside:
                continue
            for name, block in parent.named_children():
                inside |= set(block.modules())
                if any(True for _ in block.parameters()):
                    found.append((parent, name, block))
        if found:
            return found
    return []


def _checkpoint_activations(network: nn.Module) -> None:
    for parent, name, block in blocks(network):
        parent.register_module(name, checkpoint_wrapper(block))


def _shard(network: nn.Module, settings: TrainingHyperparameters) -> nn.Module:
    """Shard block by block; a block's parameters travel in the type that autocast computes in.

    What is left (embeddings, encoders, the last layer) travels in fp32, and gradients are always
    summed in it. Inputs are left to autocast: casting them here would round raw features.
    """
    kind = AUTOCAST_TYPES.get(settings.precision)
    inner = MixedPrecisionPolicy(
        param_dtype=kind, reduce_dtype=torch.float32, cast_forward_inputs=False
    )
    for _, _, block in blocks(network):
        fully_shard(block, mp_policy=inner)
    fully_shard(network, mp_policy=MixedPrecisionPolicy(cast_forward_inputs=False))
    return network
