package dev.aether.examples.bank;

import dev.aether.examples.bank.Plan.Transfer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What was told to those who wanted transfers, to be compared with what is stored. For any number
 * of threads; grows with the transfers of a run.
 */
final class Promises {
  private final Map<String, Transfer> accepted = new ConcurrentHashMap<>();
  private final AtomicInteger refused = new AtomicInteger();

  void told(Transfer transfer, boolean isAccepted) {
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
