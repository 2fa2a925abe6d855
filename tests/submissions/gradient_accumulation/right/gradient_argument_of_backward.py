# style: the weight as the gradient argument of backward, statistics for the mean
import statistics

import torch


def accumulated_step(model, optimizer, loss_fn, micro_batches):
    optimizer.zero_grad()

    def losses():
        for inputs, targets in micro_batches:
            loss = loss_fn(model(inputs), targets)
            loss.backward(gradient=torch.full_like(loss, 1 / len(micro_batches)))
            yield float(loss)

    mean = statistics.fmean(losses())
    optimizer.step()
    return mean
