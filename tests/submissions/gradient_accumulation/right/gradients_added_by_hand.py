# style: torch.autograd.grad for each micro-batch, the gradients added up by hand and handed over
import torch


def accumulated_step(model, optimizer, loss_fn, micro_batches):
    optimizer.zero_grad()
    params = [p for p in model.parameters() if p.requires_grad]
    sums = [torch.zeros_like(p) for p in params]
    losses = []
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        losses.append(float(loss.detach()))
        for total, grad in zip(sums, torch.autograd.grad(loss, params), strict=True):
            total += grad
    for p, total in zip(params, sums, strict=True):
        p.grad = total / len(micro_batches)
    optimizer.step()
    return sum(losses) / len(losses)
