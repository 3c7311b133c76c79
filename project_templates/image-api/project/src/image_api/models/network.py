"""The network: four convolutions, about 130,000 parameters, small enough to train on a laptop in under a minute."""

import numpy as np
import torch
from torch import nn

WIDTHS = (16, 48, 96, 96)  # channels: few where the picture is large, and multiples of 16, which processors like


class SmallNet(nn.Module):
    """Scores for each class from a photograph: (B, 3, 64, 64) in 0..1 → (B, classes)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        first, second, third, last = WIDTHS
        self.features = nn.Sequential(
            _block(3, first, stride=2),  # (B, 16, 32, 32)
            _block(first, second),
            nn.MaxPool2d(2),  # (B, 48, 16, 16)
            _block(second, third),
            nn.MaxPool2d(2),  # (B, 96, 8, 8)
            _block(third, last),
        )
        self.head = nn.Linear(2 * last, classes)

    def forward(self, photographs: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.head(self.describe(photographs))
        return scores

    def describe(self, photographs: torch.Tensor) -> torch.Tensor:
        """(B, 3, 64, 64) in 0..1 → (B, 192): what it makes of them before it gives them a name."""
        maps = self.features((photographs - 0.5) / 0.25)
        # The mean says how much of something there is, the maximum that there is some of it at all.
        return torch.cat([maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))], dim=1)


def folded(network: SmallNet) -> dict[str, np.ndarray]:
    """The trained network as plain arrays: kernels (outputs, inputs, 3, 3) and biases, each with its normalization."""
    arrays = {"head": network.head.weight, "head_bias": network.head.bias}
    blocks = [block for block in network.features if isinstance(block, nn.Sequential)]
    for number, (convolution, norm, _) in enumerate(blocks):
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        arrays[f"kernel{number}"] = convolution.weight * scale[:, None, None, None]
        arrays[f"bias{number}"] = norm.bias - norm.running_mean * scale
    return {name: each.detach().numpy().astype(np.float32) for name, each in arrays.items()}


class Served(nn.Module):
    """Scores and features of a trained network, as they are exported."""

    def __init__(self, network: SmallNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, photographs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        described = self.network.describe(photographs)
        return self.network.head(described), described


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
