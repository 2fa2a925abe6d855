# style: pairs as complex numbers, turned by torch.polar
import torch


def apply_rope(q, k):
    def turn(x: torch.Tensor) -> torch.Tensor:
        *_, s, d = x.shape
        theta = 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
        angles = torch.outer(torch.arange(s, dtype=torch.float64), theta)
        z = torch.view_as_complex(x.double().reshape(*x.shape[:-1], d // 2, 2))
        z = z * torch.polar(torch.ones_like(angles), angles)
        return torch.view_as_real(z).reshape(x.shape).to(x.dtype)

    return turn(q), turn(k)
