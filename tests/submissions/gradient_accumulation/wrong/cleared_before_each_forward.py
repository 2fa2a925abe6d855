# mistake: the habit of clearing the gradients before each forward is kept, so that the last micro-batch alone is left | fails: parameters_move_as_for_the_full_batch | misconception: zero_each_time
import torch


def accumulated_step(model, optimizer, loss_fn, micro_batches):
    """The usual loop of training, with the step moved below it."""
    share = 1.0 / len(micro_batches)
    losses = []
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        predicted = model(inputs)
        loss = share * loss_fn(predicted, targets)
        loss.backward()
        losses.append(loss.detach())
    optimizer.step()
    return torch.stack(losses).sum().item()
