package dev.aether.examples.bank;

import dev.aether.client.AetherClient;
import dev.aether.client.Event;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The accounts as one node reports them.
 *
 * @param histories account → all its events
 * @param loaded account → its state, from its snapshot and the events after it
 */
record Books(Map<String, List<Event>> histories, Map<String, Account> loaded) {

  /** Reads the books; blocks until they are read. */
  static Books read(AetherClient client, List<String> names) {
    Accounts accounts = new Accounts(client, new Tally());
    Map<String, List<Event>> histories = new TreeMap<>();
    Map<String, Account> loaded = new TreeMap<>();
    for (String name : names) {
      try (Stream<Event> events = client.events(name)) {
        histories.put(name, events.toList());
      }
      loaded.put(name, accounts.load(name).state());
    }
    return new Books(histories, loaded);
  }

  long events() {
    return histories.values().stream().mapToLong(List::size).sum();
  }

  long balances() {
    return loaded.values().stream().mapToLong(Account::balance).sum();
  }
}
