"""What may change in a photograph without changing what it shows: how that lies, and what it lies on."""

import torch
from torch.nn import functional

NEAR = 0.15  # distance of colours (RGB in 0..1) below which a pixel counts as background; pale things are farther away


def turned(photographs: torch.Tensor) -> torch.Tensor:
    """Each of (B, 3, H, W) mirrored or not, and turned by a random number of quarters."""
    for dimension in (2, 3):
        chosen = torch.rand(len(photographs), 1, 1, 1) < 0.5
        photographs = torch.where(chosen, photographs.flip(dimension), photographs)
    chosen = torch.rand(len(photographs), 1, 1, 1) < 0.5
    return torch.where(chosen, photographs.transpose(2, 3), photographs)


def on_other_ground(photographs: torch.Tensor) -> torch.Tensor:
    """Half of (B, 3, H, W) with the background replaced by blurred random colours, whatever it was.

    The background is what has nearly the colour of the photograph's rim: right for plain paper, of little effect
    elsewhere.
    """
    rows, columns = photographs[:, :, [0, -1]], photographs[:, :, :, [0, -1]]
    rim = torch.cat([rows.flatten(2), columns.flatten(2)], dim=2)  # (B, 3, pixels)
    paper = rim.median(dim=2).values[:, :, None, None]  # (B, 3, 1, 1)
    distance = (photographs - paper).square().sum(dim=1, keepdim=True).sqrt()
    is_ground = ((NEAR - distance) / 0.05).clamp(0, 1)
    size = photographs.shape[2:]
    base = torch.rand(len(photographs), 3, 1, 1) * 0.6 + 0.15
    blotches = functional.interpolate(torch.randn(len(photographs), 3, 8, 8) * 0.12, size=size, mode="bilinear")
    ground = (base + blotches).clamp(0, 1)
    chosen = torch.rand(len(photographs), 1, 1, 1) < 0.5
    return torch.where(chosen, photographs * (1 - is_ground) + ground * is_ground, photographs)
