package dev.aether.examples.bank;

import dev.aether.client.actor.ActorType;
import dev.aether.client.actor.SnapshotRule;
import dev.aether.examples.bank.AccountEvent.Closed;
import dev.aether.examples.bank.AccountEvent.Credited;
import dev.aether.examples.bank.AccountEvent.Debited;
import dev.aether.examples.bank.AccountEvent.Opened;
import dev.aether.examples.bank.AccountEvent.Refunded;
import dev.aether.examples.common.Json;
import java.util.Map;
import java.util.TreeMap;

/**
 * The state of an account.
 *
 * @param balance in cents; never negative
 * @param open whether the account can pay and be paid
 * @param seen source → the last number processed from it; it grows with the number of payers, not
 *     with the number of payments
 */
record Account(long balance, boolean open, Map<String, Long> seen) {
  static final Account NONE = new Account(0, false, Map.of());

  static final ActorType<Account, AccountEvent> TYPE =
      ActorType.<Account, AccountEvent>of(
              NONE,
              Account::after,
              Json.events(
                  Opened.class, Debited.class, Credited.class, Refunded.class, Closed.class))
          .withSnapshots(SnapshotRule.every(50), Json.states(Account.class));

  /**
   * Whether the event has already been applied. Checked first, because a request may be repeated.
   */
  boolean hasSeen(AccountEvent event) {
    return event.number() != 0 && event.number() <= seen.getOrDefault(event.source(), 0L);
  }

  /** The account after an event. */
  Account after(AccountEvent event) {
    Map<String, Long> seenNow = seen;
    if (event.number() != 0) {
      seenNow = new TreeMap<>(seen);
      seenNow.put(event.source(), event.number());
    }
    boolean openNow = event instanceof Opened || open && !(event instanceof Closed);
    return new Account(balance + event.change(), openNow, seenNow);
  }
}
