"""GPT-2's smallest size on one GPU: bf16 and compilation beside fp32, and a nanoGPT-style loop."""

import sys
import time

import torch
from ml_runtime.hyperparameters import TrainingHyperparameters
from ml_runtime.schema import Column, Schema
from ml_runtime.training.batches import InMemoryBatches
from ml_runtime.training.loop import compute_gradients
from ml_runtime.training.objective import Objective
from ml_runtime.training.parallelism import parallelise
from ml_runtime.training.precision import autocast, gradient_scaler, prepare_numerics
from ml_runtime.training.process_group import Process
from rows import interleaved, note, row
from torch import nn
from torch.nn import functional

TOKENS, LAYERS, HEADS, WIDTH, VOCABULARY = 1024, 12, 12, 768, 50_304
BATCH, WARM_UP, STEPS, ROUNDS = 16, 8, 20, 3

# Dense bf16 tensor-core peaks in FLOP/s, from NVIDIA's data sheets, by a part of the card's name.
PEAKS = {
    "H200": 989e12,
    "H100": 989e12,
    "A100": 312e12,
    "L40S": 362e12,
    "A10G": 70e12,
    "L4": 121e12,
}


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attend, self.project = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, tokens, _ = x.shape
        parts = self.attend(self.first(x)).split(WIDTH, dim=2)
        heads = [part.view(rows, tokens, HEADS, -1).transpose(1, 2) for part in parts]
        mixed = functional.scaled_dot_product_attention(*heads, is_causal=True)
        x = x + self.project(mixed.transpose(1, 2).reshape(rows, tokens, WIDTH))
        return x + self.narrow(functional.gelu(self.wide(self.second(x))))


class Gpt2(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(TOKENS, WIDTH)
        self.layers = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm, self.last = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.last.weight = self.words.weight

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.words(tokens) + self.places.weight[: tokens.shape[1]]
        for layer in self.layers:
            x = layer(x)
        return self.last(self.norm(x))


class NextToken(Objective):
    """The loss of a language model, summed over rows and averaged over a row's tokens."""

    def loss_sum(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        flat = outputs.view(-1, outputs.shape[-1]).float()
        return functional.cross_entropy(flat, targets.view(-1)) * len(targets)


def flops_of_step() -> float:
    """6 for each parameter and token, and attention's 12 x layers x width x tokens (PaLM, B)."""
    parameters = sum(each.numel() for each in Gpt2().parameters())
    return BATCH * TOKENS * (6 * parameters + 12 * LAYERS * WIDTH * TOKENS)


def seconds(step) -> float:
    for _ in range(WARM_UP):
        step()
    torch.cuda.synchronize()
    since = time.perf_counter()
    for _ in range(STEPS):
        step()
    torch.cuda.synchronize()
    return (time.perf_counter() - since) / STEPS


def ours(device: torch.device, tokens: torch.Tensor, **settings) -> float:
    shared = TrainingHyperparameters(batch_size=BATCH, **settings)
    process = Process(0, 1, device)
    prepare_numerics(shared, device)
    model = parallelise(Gpt2().to(device), shared, process)
    optimiser = torch.optim.AdamW(model.parameters(), fused=True)
    forward, scaler = autocast(shared, device), gradient_scaler(shared, device)
    objective = NextToken(Schema("classification", "y", ("a", "b"), (Column("x"),)))
    batches = InMemoryBatches(
        tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous(), shared, process
    )
    stream = batches.from_step(0, WARM_UP + STEPS)

    def step() -> None:
        compute_gradients(model, next(stream), objective, forward, scaler, process)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    return seconds(step)


def nano(device: torch.device, tokens: torch.Tensor) -> float:
    torch.set_float32_matmul_precision("high")
    model = torch.compile(Gpt2().to(device))
    optimiser = torch.optim.AdamW(model.parameters(), fused=True)

    def step() -> None:
        rows = tokens[torch.randint(len(tokens), (BATCH,), device=device)]
        with torch.autocast("cuda", dtype=torch.bfloat16):
            logits = model(rows[:, :-1])
            loss = functional.cross_entropy(logits.view(-1, VOCABULARY), rows[:, 1:].reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    return seconds(step)


def main() -> None:
    if not torch.cuda.is_available():
        note("training: there is no GPU here, so its rows (GPT-2 in bf16, MFU) are left out.")
        return
    device, card = torch.device("cuda"), torch.cuda.get_device_name()
    tokens = torch.randint(VOCABULARY, (64, TOKENS + 1), device=device)
    found = interleaved(
        {
            # Without TF32, which the product's fp32 turns on: the reference of the goal.
            "fp32": lambda: ours(device, tokens, full_determinism=True),
            "tf32": lambda: ours(device, tokens),
            "bf16": lambda: ours(device, tokens, precision="bf16", torch_compile=True),
            "nano": lambda: nano(device, tokens),
        },
        ROUNDS,
    )
    milliseconds = {name: value * 1e3 for name, value in found.items()}
    work = f"GPT-2 step, batch {BATCH} x {TOKENS}, bf16 and compile, {card}"
    for peer, name, goal in (
        ("fp32", "fp32 without TF32", 1 / 3),
        ("tf32", "fp32 with TF32", None),
        ("nano", "a nanoGPT-style loop", 1),
    ):
        row(work=work, unit="ms", us=milliseconds["bf16"], peer=milliseconds[peer], peerName=name,
            **({} if goal is None else {"goal": goal}))  # fmt: skip
    if peak := next((value for part, value in PEAKS.items() if part in card), None):
        use = {name: flops_of_step() / value / peak * 100 for name, value in found.items()}
        row(work=f"model FLOPs utilisation, {card}", unit="%", us=use["bf16"], peer=use["nano"],
            peerName="a nanoGPT-style loop (more is better)")  # fmt: skip
    else:
        note(f"training: no peak is known for {card}, so its utilisation is left out.")


if __name__ == "__main__":
    sys.exit(main())
