package dev.aether.examples.bank;

import dev.aether.examples.bank.Plan.Transfer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The answers to transfer requests, to be compared with the stored events. Safe for use by many
 * threads; grows with the number of transfers.
 */
final class Promises {
  private final Map<String, Transfer> accepted = new ConcurrentHashMap<>();
  private final AtomicInteger refused = new AtomicInteger();

  void answer(Transfer transfer, boolean isAccepted) {
    if (isAccepted) {
      accepted.put(transfer.id(), transfer);
    } else {
      refused.incrementAndGet();
    }
  }

  /** By id. */
  Map<String, Transfer> accepted() {
    return accepted;
  }

  int refused() {
    return refused.get();
  }

  int answered() {
    return accepted.size() + refused.get();
  }
}
