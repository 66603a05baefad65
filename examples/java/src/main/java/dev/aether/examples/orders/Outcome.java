package dev.aether.examples.orders;

import dev.aether.client.AetherClient;
import dev.aether.client.Event;
import dev.aether.client.LogSignal;
import dev.aether.client.ReadLogOptions;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The events of each order, read from the log.
 *
 * @param stories id of the first event, which is the correlation id of the following ones → all
 *     events, in the order of the log
 * @param stocks article → its replayed stock
 */
record Outcome(Map<String, List<Event>> stories, Map<String, Stock> stocks) {
  /** All valid sequences of events. */
  private static final Set<List<String>> WAYS =
      Set.of(
          List.of("OrderPlaced", "StockReserved", "PaymentTaken", "OrderConfirmed"),
          List.of("OrderPlaced", "StockRefused", "OrderCancelled"),
          List.of(
              "OrderPlaced", "StockReserved", "PaymentRefused", "StockReleased", "OrderCancelled"));

  static Outcome read(AetherClient client) {
    Map<String, List<Event>> stories = new TreeMap<>();
    Map<String, Stock> stocks = new TreeMap<>();
    try (Stream<LogSignal> log = client.readLog(ReadLogOptions.all())) {
      log.flatMap(LogSignal::commits)
          .flatMap(commit -> commit.events().stream())
          .forEach(event -> take(event, stories, stocks));
    }
    return new Outcome(stories, stocks);
  }

  private static void take(
      Event event, Map<String, List<Event>> stories, Map<String, Stock> stocks) {
    if (event.actorId().startsWith("stock.")) {
      Stock before = stocks.getOrDefault(event.actorId(), Stock.TYPE.initial());
      StockEvent what = Objects.requireNonNull(Stock.CODEC.decode(event));
      stocks.put(event.actorId(), Stock.TYPE.apply().apply(before, what));
    }
    String story = event.metadata().getOrDefault("correlation_id", event.eventId());
    if (!event.type().equals("StockAdded")) {
      stories.computeIfAbsent(story, id -> new ArrayList<>()).add(event);
    }
  }

  /** Steps that happened twice, never, or without a cause; empty if there are none. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    stories.values().stream()
        .filter(story -> !WAYS.contains(types(story)))
        .forEach(story -> problems.add(story.get(0).actorId() + " has the events " + types(story)));
    stories.values().stream()
        .filter(story -> !isCaused(story))
        .forEach(story -> problems.add(story.get(0).actorId() + " has steps without a cause"));
    stocks.forEach(
        (sku, stock) -> {
          if (stock.free() < 0) {
            problems.add(sku + " is oversold: " + stock.free());
          }
        });
    return problems;
  }

  /** Whether each event except the first names an earlier one as its cause. */
  private static boolean isCaused(List<Event> story) {
    Set<String> ids = story.stream().map(Event::eventId).collect(Collectors.toSet());
    return story.stream()
        .skip(1)
        .allMatch(event -> ids.contains(event.metadata().getOrDefault("causation_id", "")));
  }

  private static List<String> types(List<Event> story) {
    return story.stream().map(Event::type).toList();
  }

  void print(PrintStream out) {
    Map<List<String>, Long> ways =
        stories.values().stream()
            .collect(Collectors.groupingBy(Outcome::types, Collectors.counting()));
    ways.forEach((way, count) -> out.printf("  %3d × %s%n", count, String.join(" → ", way)));
    stocks.forEach((sku, stock) -> out.printf("  %s: %d left%n", sku, stock.free()));
    problems().forEach(problem -> out.println("  WRONG: " + problem));
    out.println(
        problems().isEmpty() ? "Each step happened exactly once." : "The orders are wrong.");
  }
}
