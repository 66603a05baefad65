package dev.aether.examples.bank;

import dev.aether.client.Event;
import dev.aether.examples.bank.AccountEvent.Closed;
import dev.aether.examples.bank.AccountEvent.Credited;
import dev.aether.examples.bank.AccountEvent.Debited;
import dev.aether.examples.bank.AccountEvent.Opened;
import dev.aether.examples.bank.AccountEvent.Refunded;
import dev.aether.examples.common.Json;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads an account's events. */
final class AccountEvents {
  private static final Map<String, Class<? extends AccountEvent>> TYPES =
      Stream.of(Opened.class, Debited.class, Credited.class, Refunded.class, Closed.class)
          .collect(Collectors.toUnmodifiableMap(Json::type, Function.identity()));

  private AccountEvents() {}

  /**
   * What the event says.
   *
   * @throws IllegalArgumentException for an event of another kind: to pass over one would be to
   *     count wrongly
   */
  static AccountEvent read(Event event) {
    Class<? extends AccountEvent> type = TYPES.get(event.type());
    if (type == null) {
      throw new IllegalArgumentException("no event of accounts: " + event.type());
    }
    return Json.read(event.data(), type);
  }
}
