"""The network: four convolutions, about 120,000 parameters, small enough to train on a laptop in seconds."""

import torch
from torch import nn


class LeafNet(nn.Module):
    """Scores for each class from a photograph: (B, 3, 64, 64) in 0..1 → (B, classes)."""

    def __init__(self, classes: int, width: int = 28) -> None:
        super().__init__()
        self.features = nn.Sequential(
            _block(3, width, stride=2),  # (B, w, 32, 32)
            _block(width, 2 * width),
            nn.MaxPool2d(2),  # (B, 2w, 16, 16)
            _block(2 * width, 3 * width),
            nn.MaxPool2d(2),  # (B, 3w, 8, 8)
            _block(3 * width, 3 * width),
        )
        self.head = nn.Linear(2 * 3 * width, classes)

    def forward(self, photographs: torch.Tensor) -> torch.Tensor:
        maps = self.features((photographs - 0.5) / 0.25)
        # The mean says how much of the leaf is ill, the maximum that some small spot is.
        return self.head(torch.cat([maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))], dim=1))


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
